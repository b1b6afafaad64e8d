// The line that leads to a value: parts joined by signs, then the network's own number beside ours.
import { element } from "../widgets/elements.js";
import { written } from "../widgets/numerals.js";
import { filled } from "../widgets/texts.js";

/** @import { ArithmeticTexts } from "../types.d.ts" */

/**
 * A part of the line: its sign, if any, its value, and what that is.
 *
 * @typedef {object} Part
 * @property {string} sign
 * @property {string} value
 * @property {string} name
 * @property {boolean} [last] whether this is what comes out
 */

const DECIMALS = 4;
/** Browsers add up in another order than the network: so far apart, two numbers agree. */
const CLOSE = 1e-4;

/**
 * @param {string} sign
 * @param {number} value
 * @param {string} name
 * @returns {Part}
 */
export function part(sign, value, name) {
  return { sign, value: written(value, DECIMALS), name };
}

/**
 * The part that comes out.
 *
 * @param {string} sign
 * @param {number} value
 * @param {string} name
 * @returns {Part}
 */
export function lastPart(sign, value, name) {
  return { ...part(sign, value, name), last: true };
}

/**
 * What an activation makes of a number, which is nothing where it is linear.
 *
 * @param {string} activation
 * @param {number} before
 * @param {number} after
 */
export function activationParts(activation, before, after) {
  if (activation === "linear") return [];
  const name = activation === "relu" ? `ReLU: max(0, ${written(before, DECIMALS)})` : activation;
  return [lastPart("→", after, name)];
}

/**
 * A value that batch normalisation scales and shifts; one that other layers leave as it is, without a kernel.
 *
 * @param {number} value
 * @param {Float64Array | null} kernel
 * @param {number} bias
 * @param {ArithmeticTexts} texts
 * @returns {{ parts: Part[], result: number }}
 */
export function scaled(value, kernel, bias, texts) {
  if (!kernel) return { parts: [lastPart("", value, texts.unchanged)], result: value };
  const result = value * kernel[0] + bias;
  const parts = [
    part("", value, texts.value),
    part("×", kernel[0], texts.scale),
    part("+", bias, texts.shift),
    lastPart("=", result, texts.normalised),
  ];
  return { parts, result };
}

/**
 * Show the line.
 *
 * @param {HTMLElement} line
 * @param {Part[]} parts
 * @param {number} ours
 * @param {number} own the network's
 * @param {ArithmeticTexts} texts
 */
export function showResult(line, parts, ours, own, texts) {
  const agrees = Math.abs(ours - own) <= CLOSE * Math.max(1, Math.abs(own));
  const checked = filled(agrees ? texts.agrees : texts.differs, { own: written(own, 5) });
  const verdict = element("span", { class: "checked" }, `${agrees ? "✓" : "✗"} ${checked}`);
  line.replaceChildren(...parts.flatMap(partElements), verdict);
  Object.assign(line.dataset, { value: String(ours), own: String(own) });
}

/** @param {Part} part */
function partElements({ sign, value, name, last }) {
  const number = last ? element("b", {}, value) : value;
  const shown = element("span", {}, number, element("small", {}, name));
  return sign ? [element("span", { class: "sign" }, sign), shown] : [shown];
}

/**
 * The line as it is said.
 *
 * @param {Part[]} parts
 */
export function inWords(parts) {
  return parts.map(({ sign, value, name }) => `${sign} ${name} ${value}`).join(" ");
}
