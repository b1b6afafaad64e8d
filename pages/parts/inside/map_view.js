// A layer that gives maps: the window over its input, and one of its maps.
import { find } from "../widgets/elements.js";
import { onArrows } from "../widgets/keyboard.js";
import { floats, scale } from "../widgets/numerals.js";
import { Player } from "../widgets/player.js";
import { filled } from "../widgets/texts.js";
import { made } from "./map_sums.js";
import { Figure, imageColour, paintImage } from "./painting.js";
import { inWords, showResult } from "./result.js";
import { placeOfLargest } from "./sums.js";
import { ShareBars } from "./share_bars.js";

/** @import { Box, MapData, Rgb } from "../types.d.ts" */
/** @import { Part } from "./result.js" */

/** A whole map takes no longer, however large it is; a pixel of a small one no longer than the other. */
const WHOLE_MAP_MS = 20_000;
const PIXEL_MS = 400;

/**
 * The pixel at which each stood last: where it stays, other numbers come for the same one.
 *
 * @type {WeakMap<HTMLElement, [row: number, column: number]>}
 */
const places = new WeakMap();

export class MapView {
  row = 0;
  column = 0;
  /** The input map that is shown. */
  channel = 0;
  /** The one that is painted; -1 before any is. */
  paintedChannel = -1;
  /** How the value comes about. @type {Part[]} */
  parts = [];

  /**
   * @param {HTMLElement} root
   * @param {MapData} data
   * @param {AbortSignal} signal ends it
   */
  constructor(root, data, signal) {
    this.root = root;
    this.data = data;
    this.input = floats(data.input);
    this.kernel = data.kernel === null ? null : floats(data.kernel);
    this.after = floats(data.after);
    this.image = this.figure(".image");
    this.entering = this.figure(".input");
    this.leaving = this.figure(".map");
    this.bars = new ShareBars(this.part(".shares"), data.texts, data.inputShape[2]);
    this.inputColour = scale(data.inputLimit, data.inputSigned ? data.colours : null);
    this.player = this.playsOn(signal);
    this.layOut();
    this.listen(signal);
  }

  /** Show the pixel at which the last view stood, or the largest number of the map. */
  begin() {
    const { mapShape, stays } = this.data;
    const place = stays ? places.get(this.root) : undefined;
    const strongest = placeOfLargest(this.after);
    const isThere = place?.every((number, axis) => number < mapShape[axis]);
    if (place && isThere) this.at(...place);
    else this.at(Math.floor(strongest / mapShape[1]), strongest % mapShape[1]);
  }

  /** @param {string} selector */
  part(selector) {
    return find(this.root, selector, HTMLElement);
  }

  /** @param {string} selector */
  figure(selector) {
    return new Figure(this.part(selector));
  }

  /**
   * The button that slides the window over the input; the map appears behind it.
   *
   * @param {AbortSignal} signal
   */
  playsOn(signal) {
    const { mapShape, texts } = this.data;
    const count = mapShape[0] * mapShape[1];
    /** @param {number} frame */
    const show = (frame) => this.at(Math.floor(frame / mapShape[1]), frame % mapShape[1], true);
    const film = { count, pace: Math.min(PIXEL_MS, WHOLE_MAP_MS / count), show };
    return new Player(find(this.root, ".play", HTMLButtonElement), texts, film, signal);
  }

  /** Show what does not change with the pixel. */
  layOut() {
    const { data, image, entering, leaving } = this;
    const { texts, mapShape } = data;
    image.whole.hidden = data.inputIsImage;
    for (const part of [entering.whole, leaving.whole, this.part(".to"), this.part(".controls")]) {
      part.hidden = false;
    }
    if (!data.inputIsImage) paintImage(image, data);
    entering.name(this.withPadding(texts.window));
    // It has its own role: arrow keys move on it.
    leaving.caption.textContent = texts.map;
    leaving.canvas.setAttribute("aria-label", texts.keys);
    const colour = scale(data.limit, data.signed ? data.colours : null);
    leaving.painting.paint(...mapShape, (y, x) => colour(this.after[y * mapShape[1] + x]));
  }

  /** @param {string} text */
  withPadding(text) {
    return this.data.around.some((zeros) => zeros > 0) ? `${text}. ${this.data.texts.padded}` : text;
  }

  /** @param {AbortSignal} signal */
  listen(signal) {
    const { canvas } = this.leaving;
    for (const kind of /** @type {const} */ (["pointermove", "pointerdown"])) {
      canvas.addEventListener(kind, (event) => this.point(event), { signal });
    }
    onArrows(canvas, signal, (down, right) => this.move(down, right));
    this.bars.listen(signal, () => this.at(this.row, this.column));
  }

  /** @param {PointerEvent} event */
  point(event) {
    const [row, column] = this.leaving.painting.under(event);
    const [height, width] = this.data.mapShape;
    if (row < 0 || column < 0 || row >= height || column >= width) return;
    this.player.pause();
    this.at(row, column);
  }

  /**
   * Go to a neighbour of the pixel, and say how its value comes about.
   *
   * @param {number} down
   * @param {number} right
   */
  move(down, right) {
    const [height, width] = this.data.mapShape;
    /** @type {(value: number, size: number) => number} */
    const inside = (value, size) => Math.min(size - 1, Math.max(0, value));
    this.player.pause();
    this.at(inside(this.row + down, height), inside(this.column + right, width));
    this.part(".spoken").textContent = `${this.part(".place").textContent}. ${inWords(this.parts)}`;
  }

  /**
   * Show how the value at a row and column comes about.
   *
   * @param {number} row
   * @param {number} column
   * @param {boolean} playing whether the map has appeared up to here alone
   */
  at(row, column, playing = false) {
    const { data } = this;
    Object.assign(this, { row, column });
    places.set(this.root, [row, column]);
    if (!playing) this.player.rewind();
    this.part(".place").textContent = filled(data.texts.place, { row, column });
    this.compute();
    this.frame();
    if (playing) this.leaving.painting.hideAfter(row, column);
  }

  /** The upper left corner of the window, which may lie beyond the border. */
  corner() {
    const { stride, padding } = this.data;
    return /** @type {const} */ ([this.row * stride - padding[0], this.column * stride - padding[1]]);
  }

  /** Show how the value of the pixel comes about. */
  compute() {
    const { data, input, kernel, inputColour, row, column } = this;
    const choose = (/** @type {number} */ strongest) => this.bars.chosen(strongest);
    const pixel = { data, input, kernel, colour: inputColour, corner: this.corner(), choose };
    const { steps, parts, value, channel, added } = made(pixel);
    this.channel = channel;
    this.parts = parts;
    if (added) this.bars.show(added, channel);
    this.part(".steps").replaceChildren(...steps);
    const line = this.part(".result");
    showResult(line, parts, value, this.after[row * data.mapShape[1] + column], data.texts);
    Object.assign(line.dataset, { row: String(row), column: String(column) });
  }

  /** Frame the pixel, its window, and what of the image it depends on. */
  frame() {
    const { data, row, column } = this;
    if (!data.inputIsImage) {
      const [rows, columns] = [data.fieldRows[row], data.fieldColumns[column]];
      this.image.painting.frame([rows[0], columns[0], rows[1], columns[1]]);
    }
    if (this.paintedChannel !== this.channel) this.paintInput();
    const [top, left] = this.corner();
    /** @type {Box} */
    const window = [top, left, top + data.window, left + data.window];
    this.entering.painting.frame(window);
    this.leaving.painting.frame([row, column, row + 1, column + 1]);
  }

  /** Paint the input map that is shown; an image with all its colours. */
  paintInput() {
    const { data, channel, input, entering } = this;
    const { inputShape, texts } = data;
    const [height, width, channels] = inputShape;
    this.paintedChannel = channel;
    /** @type {(y: number, x: number) => Rgb} */
    const single = (y, x) => this.inputColour(input[(y * width + x) * channels + channel]);
    const coloured = data.inputIsImage && channels === 3;
    entering.painting.paint(height, width, coloured ? imageColour(input, inputShape) : single, data.around);
    if (data.inputIsImage) return;
    const shown = filled(texts.input, { channel: data.onlyChannel ?? channel });
    entering.caption.textContent = this.withPadding(shown);
  }
}
