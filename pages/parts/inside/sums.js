// What the layers compute, number by number.

/** @import { MapsShape } from "../types.d.ts" */

/** @param {Float64Array} values */
export function sum(values) {
  return values.reduce((total, value) => total + value, 0);
}

/**
 * The place of the largest number; of several, the first.
 *
 * @param {Float64Array} values
 */
export function placeOfLargest(values) {
  return values.reduce((best, value, place) => (value > values[best] ? place : best), 0);
}

/**
 * The place of the number that is farthest from zero.
 *
 * @param {Float64Array} values
 */
export function placeOfStrongest(values) {
  return placeOfLargest(values.map(Math.abs));
}

/**
 * The numbers under a square window for one channel, zeros beyond the border.
 *
 * @param {Float64Array} input laid out by rows, columns, channels
 * @param {MapsShape} shape
 * @param {number} side of the window
 * @param {readonly [top: number, left: number]} corner
 * @param {number} channel
 */
export function patch(input, [height, width, channels], side, [top, left], channel) {
  const values = new Float64Array(side * side);
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      const row = top + y;
      const column = left + x;
      if (row >= 0 && column >= 0 && row < height && column < width) {
        values[y * side + x] = input[(row * width + column) * channels + channel];
      }
    }
  }
  return values;
}

/**
 * A kernel's numbers for one channel.
 *
 * @param {Float64Array} kernel laid out by rows, columns, channels
 * @param {number} channels
 * @param {number} channel
 */
export function ofChannel(kernel, channels, channel) {
  const { length } = kernel;
  return Float64Array.from({ length: length / channels }, (_, place) => kernel[place * channels + channel]);
}

/**
 * @param {Float64Array} values
 * @param {Float64Array} factors
 */
export function products(values, factors) {
  return Float64Array.from(values, (value, place) => value * factors[place]);
}

/**
 * What each channel under a window adds to a convolution's sum.
 *
 * @param {Float64Array} input
 * @param {MapsShape} shape
 * @param {Float64Array} kernel
 * @param {number} side
 * @param {readonly [top: number, left: number]} corner
 */
export function shares(input, shape, kernel, side, corner) {
  const channels = shape[2];
  return Float64Array.from({ length: channels }, (_, channel) =>
    sum(products(patch(input, shape, side, corner, channel), ofChannel(kernel, channels, channel))),
  );
}

/**
 * The largest products of many, and what all others make together.
 *
 * @param {Float64Array} values
 * @param {number} most
 */
export function outstanding(values, most) {
  const order = [...values.keys()].sort((a, b) => Math.abs(values[b]) - Math.abs(values[a]));
  const places = order.slice(0, most);
  const rest = places.reduce((left, place) => left - values[place], sum(values));
  return { places, others: order.length - places.length, rest };
}

/**
 * From scores to probabilities. The largest score is taken off first, which keeps the powers small.
 *
 * @param {Float64Array} scores
 */
export function softmax(scores) {
  const top = Math.max(...scores);
  const powers = Float64Array.from(scores, (score) => Math.exp(score - top));
  const total = sum(powers);
  return { top, powers, total, probabilities: powers.map((power) => power / total) };
}

/**
 * Where a number of a vector stood in the maps that were laid out as it.
 *
 * @param {number} place
 * @param {MapsShape} shape
 */
export function placeInMaps(place, [, width, channels]) {
  return {
    row: Math.floor(place / (width * channels)),
    column: Math.floor(place / channels) % width,
    map: place % channels,
  };
}
