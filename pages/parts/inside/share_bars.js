// What each input map adds to a sum, as bars; pressing one shows its map.
import { element, find } from "../widgets/elements.js";
import { largest, written } from "../widgets/numerals.js";
import { filled } from "../widgets/texts.js";
import { brush } from "./painting.js";

/** @import { ArithmeticTexts } from "../types.d.ts" */

const WIDTH = 640;
const HEIGHT = 56;
const STRONGEST = -1;

export class ShareBars {
  /** What each adds. @type {Float64Array} */
  shares = new Float64Array();

  /**
   * @param {HTMLElement} whole
   * @param {ArithmeticTexts} texts
   * @param {number} count of the input maps
   */
  constructor(whole, texts, count) {
    this.whole = whole;
    this.texts = texts;
    this.count = count;
    this.canvas = find(whole, "canvas", HTMLCanvasElement);
    this.select = mapChoice(texts, count);
    whole.hidden = count === 1;
    find(whole, "small", HTMLElement).textContent = texts.shares;
    find(whole, "label", HTMLElement).replaceChildren(`${texts.channel} `, this.select);
  }

  /**
   * The input map to show: the one that was chosen, or `strongest`.
   *
   * @param {number} strongest
   */
  chosen(strongest) {
    const value = Number(this.select.value);
    return value === STRONGEST ? strongest : value;
  }

  /**
   * @param {AbortSignal} signal
   * @param {() => void} choose
   */
  listen(signal, choose) {
    const { canvas, select } = this;
    select.addEventListener("change", choose, { signal });
    /** @param {MouseEvent} event */
    const name = (event) => {
      const channel = this.under(event);
      canvas.title = filled(this.texts.adds, { channel, share: written(this.shares[channel], 4) });
    };
    canvas.addEventListener("pointermove", name, { signal });
    /** @param {MouseEvent} event */
    const press = (event) => {
      select.value = String(this.under(event));
      choose();
    };
    canvas.addEventListener("click", press, { signal });
  }

  /**
   * The input map whose bar is under the pointer.
   *
   * @param {MouseEvent} event
   */
  under({ clientX }) {
    const box = this.canvas.getBoundingClientRect();
    const place = Math.floor(((clientX - box.left) / box.width) * this.count);
    return Math.min(this.count - 1, Math.max(0, place));
  }

  /**
   * @param {Float64Array} shares
   * @param {number} channel the one to mark
   */
  show(shares, channel) {
    this.shares = shares;
    this.draw(channel);
    const share = written(shares[channel], 4);
    const text = filled(this.texts.share, { channel, share, channels: this.count });
    find(this.whole, "p", HTMLElement).textContent = text;
    this.canvas.setAttribute("role", "img");
    this.canvas.setAttribute("aria-label", text);
  }

  /** @param {number} marked */
  draw(marked) {
    const { canvas, shares } = this;
    canvas.width = WIDTH;
    canvas.height = HEIGHT;
    const context = brush(canvas);
    /** @type {(colour: string, box: [x: number, y: number, width: number, height: number]) => void} */
    const fill = (colour, box) => {
      context.fillStyle = colour;
      context.fillRect(...box);
    };
    const most = largest(shares) || 1;
    const wide = WIDTH / shares.length;
    const middle = HEIGHT / 2;
    fill("rgb(128 128 128 / 18%)", [0, 0, WIDTH, HEIGHT]);
    fill("rgb(255 159 26 / 55%)", [marked * wide, 0, wide, HEIGHT]);
    shares.forEach((share, channel) => {
      const length = (share / most) * (middle - 2);
      const top = middle - Math.max(0, length);
      const box = [channel * wide + 0.5, top, Math.max(1, wide - 1), Math.max(1, Math.abs(length))];
      fill(share < 0 ? "#d66014" : "#1f6cc4", /** @type {[number, number, number, number]} */ (box));
    });
  }
}

/**
 * @param {ArithmeticTexts} texts
 * @param {number} count
 */
function mapChoice(texts, count) {
  const maps = Array.from({ length: count }, (_, channel) =>
    element("option", { value: channel }, String(channel)),
  );
  return element("select", {}, element("option", { value: STRONGEST }, texts.strongest), ...maps);
}
