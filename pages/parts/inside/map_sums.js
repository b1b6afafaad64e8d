// How one pixel of a map comes about: from the window over the input to the steps and the line below it.
import { element } from "../widgets/elements.js";
import { largest, scale } from "../widgets/numerals.js";
import { filled } from "../widgets/texts.js";
import { activated } from "./activations.js";
import { numberGrid } from "./number_tables.js";
import { activationParts, lastPart, part, scaled } from "./result.js";
import { ofChannel, patch, placeOfLargest, placeOfStrongest, products, shares, sum } from "./sums.js";

/** @import { ArithmeticTexts, MapData } from "../types.d.ts" */
/** @import { Colour } from "../widgets/numerals.js" */
/** @import { Part } from "./result.js" */

/**
 * @typedef {object} Pixel
 * @property {MapData} data
 * @property {Float64Array} input
 * @property {Float64Array | null} kernel
 * @property {Colour} colour of the input's numbers
 * @property {readonly [top: number, left: number]} corner of the window, which may lie beyond the border
 * @property {(strongest: number) => number} choose the input map to show, by the one that adds most
 *
 * @typedef {object} Made
 * @property {Node[]} steps
 * @property {Part[]} parts
 * @property {number} value
 * @property {number} channel the input map that is shown
 * @property {Float64Array | null} added by each input map, where several are added up
 */

/**
 * @param {Pixel} pixel
 * @returns {Made}
 */
export function made(pixel) {
  const { kernel, data } = pixel;
  if (kernel && data.kind === "conv2d") return convolved(pixel, kernel);
  return data.kind.endsWith("pool2d") ? pooled(pixel) : passed(pixel);
}

/**
 * The numbers of an input map under the window.
 *
 * @param {Pixel} pixel
 * @param {number} channel
 */
function underWindow({ data, input, corner }, channel) {
  return patch(input, data.inputShape, data.window, corner, channel);
}

/**
 * @param {Pixel} pixel
 * @param {Float64Array} kernel
 * @returns {Made}
 */
function convolved(pixel, kernel) {
  const { data, input, corner } = pixel;
  const channels = data.inputShape[2];
  const added = shares(input, data.inputShape, kernel, data.window, corner);
  const channel = pixel.choose(placeOfStrongest(added));
  const before = sum(added) + data.bias;
  const value = activated(data.activation, before);
  const parts = [
    ...sumParts(added, channel, data.texts),
    part("+", data.bias, data.texts.bias),
    part("=", before, data.texts.before),
    ...activationParts(data.activation, before, value),
  ];
  const steps = productSteps(pixel, underWindow(pixel, channel), kernel, channel);
  return { steps, parts, value, channel, added: channels > 1 ? added : null };
}

/**
 * @param {Pixel} pixel
 * @param {Float64Array} values
 * @param {Float64Array} kernel
 * @param {number} channel
 */
function productSteps({ data, colour }, values, kernel, channel) {
  const { window, texts, colours, inputLimit, inputShape } = data;
  const factors = ofChannel(kernel, inputShape[2], channel);
  const most = largest(kernel);
  return [
    step(texts.patch, numberGrid(values, window, colour)),
    sign("×"),
    step(texts.kernel, numberGrid(factors, window, scale(most, colours))),
    sign("="),
    step(texts.products, numberGrid(products(values, factors), window, scale(most * inputLimit, colours))),
  ];
}

/**
 * The products that are shown are those of one input map; the sum is over all of them.
 *
 * @param {Float64Array} added
 * @param {number} channel
 * @param {ArithmeticTexts} texts
 */
function sumParts(added, channel, texts) {
  const total = sum(added);
  if (added.length === 1) return [part("", total, texts.sum)];
  return [
    part("", added[channel], filled(texts.fromShown, { channel })),
    part("+", total - added[channel], filled(texts.fromOthers, { count: added.length - 1 })),
    part("=", total, texts.sum),
  ];
}

/**
 * @param {Pixel} pixel
 * @returns {Made}
 */
function pooled(pixel) {
  const { window, kind, texts } = pixel.data;
  const values = underWindow(pixel, 0);
  const mean = kind === "average_pool2d";
  const chosen = mean ? -1 : placeOfLargest(values);
  const value = mean ? sum(values) / values.length : values[chosen];
  const steps = [step(texts.patch, numberGrid(values, window, pixel.colour, chosen))];
  const parts = [lastPart("→", value, mean ? texts.mean : texts.stays)];
  return { steps, parts, value, channel: 0, added: null };
}

/**
 * @param {Pixel} pixel
 * @returns {Made}
 */
function passed(pixel) {
  const { bias, texts } = pixel.data;
  const { parts, result } = scaled(underWindow(pixel, 0)[0], pixel.kernel, bias, texts);
  return { steps: [], parts, value: result, channel: 0, added: null };
}

/**
 * @param {string} title
 * @param {Node} content
 */
const step = (title, content) => element("div", {}, element("span", {}, title), content);

/** @param {string} text */
const sign = (text) => element("span", { class: "sign" }, text);
