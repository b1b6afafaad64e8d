// `inside/sums.js` and `inside/activations.js`: what the layers compute.
import assert from "node:assert/strict";
import { test } from "node:test";

import { activated } from "../../pages/parts/inside/activations.js";
import * as sums from "../../pages/parts/inside/sums.js";

/**
 * @param {number} found
 * @param {number} expected
 */
function close(found, expected, within = 1e-6) {
  assert.ok(Math.abs(found - expected) <= within, `${found} is not ${expected}`);
}

/** At -2, -0.5, 0, 0.5 and 2, from tables of the functions. @type {Record<string, number[]>} */
const ACTIVATIONS = {
  linear: [-2, -0.5, 0, 0.5, 2],
  relu: [0, 0, 0, 0.5, 2],
  tanh: [-0.9640276, -0.4621172, 0, 0.4621172, 0.9640276],
  sigmoid: [0.1192029, 0.3775407, 0.5, 0.6224593, 0.8807971],
  elu: [-0.8646647, -0.3934693, 0, 0.5, 2],
  swish: [-0.2384058, -0.1887703, 0, 0.3112297, 1.7615942],
  silu: [-0.2384058, -0.1887703, 0, 0.3112297, 1.7615942],
  gelu: [-0.0455003, -0.1542688, 0, 0.3457312, 1.9544997],
};

for (const [name, expected] of Object.entries(ACTIVATIONS)) {
  test(`${name} is what its definition says`, () => {
    [-2, -0.5, 0, 0.5, 2].forEach((x, place) => close(activated(name, x), expected[place]));
  });
}

test("an activation that is not known leaves a number as it is", () => {
  assert.equal(activated("softmax", -3), -3);
});

/** Two channels of 3 × 3: 1 to 9, and a hundred times as much. */
const INPUT = Float64Array.from({ length: 18 }, (_, place) => {
  const value = 1 + Math.floor(place / 2);
  return place % 2 ? 100 * value : value;
});
/** @type {[number, number, number]} */
const SHAPE = [3, 3, 2];

test("a window sees its own channel, row by row", () => {
  assert.deepEqual([...sums.patch(INPUT, SHAPE, 2, [1, 1], 0)], [5, 6, 8, 9]);
  assert.deepEqual([...sums.patch(INPUT, SHAPE, 2, [0, 1], 1)], [200, 300, 500, 600]);
});

test("beyond each border a window sees zeros", () => {
  assert.deepEqual([...sums.patch(INPUT, SHAPE, 2, [-1, -1], 0)], [0, 0, 0, 1]);
  assert.deepEqual([...sums.patch(INPUT, SHAPE, 2, [2, 2], 0)], [9, 0, 0, 0]);
  assert.deepEqual([...sums.patch(INPUT, SHAPE, 2, [-1, 2], 0)], [0, 0, 3, 0]);
  assert.deepEqual([...sums.patch(INPUT, SHAPE, 2, [2, -1], 0)], [0, 7, 0, 0]);
});

test("each channel adds its own products to a convolution", () => {
  const kernel = Float64Array.of(1, 0.5, 0, 0, 0, 0, -1, 0);
  assert.deepEqual([...sums.ofChannel(kernel, 2, 1)], [0.5, 0, 0, 0]);
  assert.deepEqual([...sums.shares(INPUT, SHAPE, kernel, 2, [0, 0])], [1 - 5, 50]);
});

test("the largest number is the first of its size; the strongest may be below zero", () => {
  const values = Float64Array.of(1, 3, -4, 3);
  assert.equal(sums.placeOfLargest(values), 1);
  assert.equal(sums.placeOfStrongest(values), 2);
});

test("the largest products come first, and the others make up the rest of the sum", () => {
  const { places, others, rest } = sums.outstanding(Float64Array.of(1, -5, 2, 0.5), 2);
  assert.deepEqual(places, [1, 2]);
  assert.equal(others, 2);
  close(rest, 1.5);
});

test("probabilities are the powers' shares, however large the scores", () => {
  const { top, powers, total, probabilities } = sums.softmax(Float64Array.of(1000, 1001, 999));
  assert.equal(top, 1001);
  close(powers[0], Math.exp(-1));
  close(total, 1 + Math.exp(-1) + Math.exp(-2));
  close(probabilities[1], 0.6652409);
  close(sums.sum(probabilities), 1);
});

test("a number of a vector is found in the maps that were laid out as it", () => {
  const [height, width, channels] = [2, 3, 4];
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      for (let map = 0; map < channels; map++) {
        const place = (row * width + column) * channels + map;
        assert.deepEqual(sums.placeInMaps(place, [height, width, channels]), { row, column, map });
      }
    }
  }
});
