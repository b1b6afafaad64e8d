// Numbers: as they come, as people read them, and as colours.

/** @import { Rgb } from "../types.d.ts" */
/** @typedef {(value: number) => Rgb} Colour */

/**
 * The float32 numbers of a base64 text.
 *
 * @param {string} text
 */
export function floats(text) {
  const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  return new Float64Array(new Float32Array(bytes.buffer));
}

/**
 * How far from zero the farthest number is.
 *
 * @param {Float64Array} values
 */
export function largest(values) {
  return values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
}

/**
 * A number with so many decimals and a true minus sign.
 *
 * @param {number} value
 */
export function written(value, decimals = 3) {
  const text = Math.abs(value).toFixed(decimals);
  return (value < 0 && Number(text) !== 0 ? "−" : "") + text;
}

/**
 * The colours of numbers up to a limit: greys from 0 on, or those of a table from -limit on.
 *
 * @param {number} limit
 * @param {Rgb[] | null} table 255 colours
 * @returns {Colour}
 */
export function scale(limit, table) {
  const top = limit || 1;
  /** @type {(value: number, low: number) => number} */
  const share = (value, low) => Math.min(1, Math.max(low, value / top));
  if (table) return (value) => table[Math.round(127 * share(value, -1)) + 127];
  return (value) => {
    const grey = Math.round(255 * share(value, 0));
    return [grey, grey, grey];
  };
}

/**
 * Black or white, whichever stands out more on a colour: from a relative luminance (WCAG 2.1) of 0.179 on, black.
 *
 * @param {Rgb} colour
 */
export function ink(colour) {
  const [r, g, b] = colour.map((level) =>
    level <= 10 ? level / 3294.6 : ((level / 255 + 0.055) / 1.055) ** 2.4,
  );
  return 0.2126 * r + 0.7152 * g + 0.0722 * b > 0.179 ? "#000" : "#fff";
}
