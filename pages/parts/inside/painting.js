// A canvas on which numbers are painted as squares of their colours, and framed.
import { floats, scale } from "../widgets/numerals.js";

/** @import { Box, LayerData, MapsShape, Rgb } from "../types.d.ts" */

const FRAME = "#ff9f1a";
const BEYOND = "rgb(128 128 128 / 35%)";
const AHEAD = "rgb(128 128 128 / 82%)";

/**
 * What to draw on a canvas with.
 *
 * @param {HTMLCanvasElement} canvas
 */
export function brush(canvas) {
  const context = canvas.getContext("2d");
  if (!context) throw new TypeError("The browser draws nothing.");
  return context;
}

export class Painting {
  /** Screen pixels to a number. */
  side = 1;
  /** How far the numbers lie from the edge, which the margin takes, in numbers. */
  above = 0;
  before = 0;
  /** What is painted, without a frame. @type {ImageData | null} */
  clean = null;

  /** @param {HTMLCanvasElement} canvas its `data-width` says how wide it becomes at most */
  constructor(canvas) {
    this.canvas = canvas;
    this.context = brush(canvas);
  }

  /**
   * Paint rows and columns of numbers.
   *
   * @param {number} height
   * @param {number} width
   * @param {(row: number, column: number) => Rgb} colour
   * @param {Box} margin of zeros: above, left, below, right
   */
  paint(height, width, colour, [above, before, below, after] = [0, 0, 0, 0]) {
    const { canvas, context } = this;
    const columns = before + width + after;
    const side = Math.max(2, Math.floor(Number(canvas.dataset.width) / columns));
    Object.assign(this, { side, above, before });
    canvas.width = columns * side;
    canvas.height = (above + height + below) * side;
    context.fillStyle = BEYOND;
    context.fillRect(0, 0, canvas.width, canvas.height);
    for (let row = 0; row < height; row++) {
      for (let column = 0; column < width; column++) {
        const [r, g, b] = colour(row, column);
        context.fillStyle = `rgb(${r} ${g} ${b})`;
        context.fillRect((column + before) * side, (row + above) * side, side, side);
      }
    }
    this.clean = context.getImageData(0, 0, canvas.width, canvas.height);
  }

  /**
   * Put a frame around some numbers; another one is taken away.
   *
   * @param {Box} box
   */
  frame([top, left, bottom, right]) {
    const { context, side, above, before, clean } = this;
    if (clean) context.putImageData(clean, 0, 0);
    /** @type {[string, number][]} */
    const lines = [
      ["#000", 5],
      [FRAME, 3],
    ];
    for (const [colour, line] of lines) {
      context.strokeStyle = colour;
      context.lineWidth = line;
      const corner = /** @type {const} */ ([(left + before) * side, (top + above) * side]);
      context.strokeRect(...corner, (right - left) * side, (bottom - top) * side);
    }
  }

  /**
   * Hide all numbers that come after a place, row by row.
   *
   * @param {number} row
   * @param {number} column
   */
  hideAfter(row, column) {
    const { canvas, context, side } = this;
    context.fillStyle = AHEAD;
    context.fillRect((column + 1) * side, row * side, canvas.width, side);
    context.fillRect(0, (row + 1) * side, canvas.width, canvas.height);
  }

  /**
   * The row and column under a pointer, which may lie beyond the numbers.
   *
   * @param {PointerEvent} event
   */
  under({ clientX, clientY }) {
    const { canvas, side, above, before } = this;
    const box = canvas.getBoundingClientRect();
    const column = Math.floor(((clientX - box.left) / box.width) * (canvas.width / side)) - before;
    const row = Math.floor(((clientY - box.top) / box.height) * (canvas.height / side)) - above;
    return [row, column];
  }
}

/**
 * The colours of an image's pixels: from one value, or from red, green and blue.
 *
 * @param {Float64Array} image
 * @param {MapsShape} shape
 * @returns {(row: number, column: number) => Rgb}
 */
export function imageColour(image, [, width, channels]) {
  const grey = scale(1, null);
  return (row, column) => {
    const start = (row * width + column) * channels;
    if (channels !== 3) return grey(image[start]);
    const [r, g, b] = image.subarray(start, start + 3);
    return [Math.round(255 * r), Math.round(255 * g), Math.round(255 * b)];
  };
}

/**
 * Paint the image that the network was given into its figure.
 *
 * @param {Figure} figure
 * @param {LayerData} data
 */
export function paintImage(figure, { image, imageShape, texts }) {
  figure.painting.paint(imageShape[0], imageShape[1], imageColour(floats(image), imageShape));
  figure.name(texts.field);
}

/** A picture with its caption. */
export class Figure {
  /** @param {HTMLElement} whole */
  constructor(whole) {
    const [canvas, caption] = whole.children;
    if (!(canvas instanceof HTMLCanvasElement)) throw new TypeError("A figure begins with its picture.");
    this.whole = whole;
    this.caption = caption;
    this.painting = new Painting(canvas);
  }

  get canvas() {
    return this.painting.canvas;
  }

  /**
   * A picture is called what stands below it.
   *
   * @param {string} text
   */
  name(text) {
    this.caption.textContent = text;
    this.canvas.setAttribute("role", "img");
    this.canvas.setAttribute("aria-label", text);
  }
}
