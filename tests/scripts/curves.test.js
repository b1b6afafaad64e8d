// `train/curve_scale.js` and `train/curve_reading.js`: round numbers beside the curves, and what is read off them.
import assert from "node:assert/strict";
import { test } from "node:test";

import { inWords, lastEpoch, nearest, neighbour, reading } from "../../pages/parts/train/curve_reading.js";
import { decimals, range, ticks } from "../../pages/parts/train/curve_scale.js";

/** @import { Curves } from "../../pages/parts/types.d.ts" */

/** @type {Curves} */
const CURVES = {
  training: [
    [0.5, 0.9, 0.5],
    [1, 0.7, 0.6],
    [2, 0.5, 0.8],
  ],
  validation: [
    [1, 0.6, 0.7],
    [2, 0.4, 0.9],
  ],
};
const TEXTS = {
  loss: "Loss",
  accuracy: "Accuracy",
  epoch: "epoch",
  training: "training",
  validation: "validation",
  mark: "went on",
};
/** @type {import("../../pages/parts/train/curve_plot.js").Panel} */
const LOSS = { name: "Loss", column: 1, most: Infinity, tick: String, exact: (value) => value.toFixed(2) };

test("ticks are round multiples between both ends", () => {
  assert.deepEqual(ticks(0, 10, 5), { step: 2, values: [0, 2, 4, 6, 8, 10] });
  const { step, values } = ticks(0.13, 0.42, 5);
  assert.equal(step, 0.1);
  assert.deepEqual(
    values.map((value) => value.toFixed(1)),
    ["0.2", "0.3", "0.4"],
  );
  assert.deepEqual(ticks(0, 1, 5).values.length, 6);
});

test("a step of ten is found as one of one is", () => {
  assert.equal(ticks(0, 40, 5).step, 10);
  assert.equal(ticks(0, 4, 5).step, 1);
});

test("so many decimals as tell two ticks apart", () => {
  assert.deepEqual([0.05, 0.1, 0.25, 1, 20].map(decimals), [2, 1, 1, 0, 0]);
});

test("the values have room around them, but none below zero or above the most", () => {
  assert.deepEqual(range([1, 3], Infinity), [0.9, 3.1]);
  assert.deepEqual(range([0, 1], 1), [0, 1]);
  const [low, high] = range([2], Infinity);
  assert.ok(low < 2 && high > 2);
});

test("without a pointer the last point is read, with one the nearest, of two the earlier", () => {
  assert.deepEqual(nearest(CURVES.training, null), [2, 0.5, 0.8]);
  assert.deepEqual(nearest(CURVES.training, 1.2), [1, 0.7, 0.6]);
  assert.deepEqual(nearest(CURVES.training, 1.5), [1, 0.7, 0.6]);
  assert.equal(nearest([], 1), undefined);
});

test("the right end is the last epoch, and one at least", () => {
  assert.equal(lastEpoch(CURVES), 2);
  assert.equal(lastEpoch({ training: [[0.2, 1, 0]], validation: [] }), 1);
});

test("arrow keys go from whole epoch to whole epoch, from the end at first, and no farther", () => {
  assert.equal(neighbour(CURVES, null, -1), 2);
  assert.equal(neighbour(CURVES, 2, -1), 1);
  assert.equal(neighbour(CURVES, 1, -1), 1);
  assert.equal(neighbour(CURVES, 1, 1), 2);
  assert.equal(neighbour(CURVES, 2, 1), 2);
});

test("what is read names both curves, the epoch where one is pointed at, and where the training went on", () => {
  const told = (/** @type {number | null} */ over, /** @type {number | null} */ mark) =>
    reading(LOSS, CURVES, over, TEXTS, mark).map(inWords);
  assert.deepEqual(told(null, null), ["training 0.50", "validation 0.40"]);
  assert.deepEqual(told(0.6, 1), ["training 0.90 (epoch 0.5)", "validation 0.60 (epoch 1)", "went on"]);
  const none = reading(LOSS, { training: [], validation: [] }, null, TEXTS, null);
  assert.deepEqual(none.map(inWords), ["training –", "validation –"]);
});
