// `widgets/player.js`: play, pause, single steps, and a machine that does not keep up.
import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";

import { element } from "../../pages/parts/widgets/elements.js";
import { Player } from "../../pages/parts/widgets/player.js";
import { emptyPage } from "./dom.js";

const TEXTS = { play: "Play", pause: "Pause", step: "Next" };
const PACE = 100;

let now = 0;
/** @type {number[]} */
let shown;
/** @type {HTMLButtonElement} */
let button;
/** @type {AbortController} */
let life;

beforeEach(() => {
  emptyPage();
  mock.timers.reset();
  mock.timers.enable({ apis: ["setInterval"] });
  now = 0;
  shown = [];
  button = element("button");
  life = new AbortController();
});

/** Let time pass, in which timers run. @param {number} ms */
function pass(ms) {
  for (let passed = 0; passed < ms; passed += 10) {
    now += 10;
    mock.timers.tick(10);
  }
}

/** @param {number} count */
function player(count, { still = false } = {}) {
  globalThis.matchMedia = () => /** @type {MediaQueryList} */ ({ matches: still });
  const show = (/** @type {number} */ frame) => void shown.push(frame);
  return new Player(button, TEXTS, { count, pace: PACE, show }, life.signal, () => now);
}

const word = () => button.textContent?.trim();

test("it shows one frame after the other to the last, and stands", () => {
  player(4);
  assert.equal(word(), "Play");
  button.click();
  assert.equal(word(), "Pause");
  pass(3 * PACE);
  assert.deepEqual(shown, [0, 1, 2, 3]);
  pass(PACE);
  assert.equal(word(), "Play");
  pass(10 * PACE);
  assert.deepEqual(shown, [0, 1, 2, 3]);
});

test("a pause keeps the frame, and the next press goes on behind it", () => {
  player(9);
  button.click();
  pass(2 * PACE);
  button.click();
  assert.equal(word(), "Play");
  pass(5 * PACE);
  assert.deepEqual(shown, [0, 1, 2]);
  button.click();
  pass(PACE);
  assert.deepEqual(shown, [0, 1, 2, 3, 4]);
});

test("after the last frame comes the first", () => {
  const film = player(3);
  film.show(2);
  button.click();
  pass(PACE);
  assert.deepEqual(shown, [2, 0, 1]);
});

test("rewound, it begins with the first frame", () => {
  const film = player(5);
  film.show(3);
  film.rewind();
  button.click();
  assert.deepEqual(shown, [3, 0]);
});

test("a machine that is too slow leaves frames out, but never the last", () => {
  player(6);
  button.click();
  now += 3 * PACE;
  mock.timers.tick(PACE);
  assert.deepEqual(shown, [0, 3]);
  now += 30 * PACE;
  mock.timers.tick(PACE);
  assert.deepEqual(shown, [0, 3, 5]);
});

test("it goes on from the frame that another has left it at", () => {
  const film = player(6);
  film.show(3);
  film.goOn();
  assert.deepEqual(shown, [3]);
  pass(2 * PACE);
  assert.deepEqual(shown, [3, 4, 5]);
});

test("for who wants no motion each press is one step, and nothing moves by itself", () => {
  player(3, { still: true });
  assert.equal(word(), "Next");
  button.click();
  pass(10 * PACE);
  assert.deepEqual(shown, [0]);
  for (let presses = 0; presses < 3; presses++) button.click();
  assert.deepEqual(shown, [0, 1, 2, 0]);
  assert.equal(word(), "Next");
});

test("its end stops it, and its button does nothing more", () => {
  player(9);
  button.click();
  life.abort();
  pass(5 * PACE);
  button.click();
  assert.deepEqual(shown, [0]);
});
