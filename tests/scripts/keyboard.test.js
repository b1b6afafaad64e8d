// `widgets/keyboard.js`: the arrow keys, the one stop of the Tab key, and the focus that is kept.
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { element } from "../../pages/parts/widgets/elements.js";
import { onArrows, onPress, refill, rove } from "../../pages/parts/widgets/keyboard.js";
import { emptyPage, keyboardIsAt, press } from "./dom.js";

/** @type {HTMLElement} */
let group;
/** @type {AbortController} */
let life;

beforeEach(() => {
  emptyPage();
  life = new AbortController();
  group = element("div", { tabindex: 0 });
  document.body.append(group);
});

/**
 * Buttons with the values 0, 1, …, of which the Tab key comes to one.
 *
 * @param {number} count
 * @param {number} stop
 */
function buttons(count, stop = 0) {
  return Array.from({ length: count }, (_, value) =>
    element("button", { value, tabindex: value === stop ? 0 : -1 }, element("i", {}, String(value))),
  );
}

/** The values of the buttons that the Tab key comes to. */
const stops = () =>
  [...group.querySelectorAll("button")].filter((button) => button.tabIndex === 0).map(({ value }) => value);

/** @param {number} number */
const button = (number) => group.querySelectorAll("button")[number];

test("each arrow key leads one step its way, and the page does not scroll by it", () => {
  /** @type {number[][]} */
  const moves = [];
  onArrows(group, life.signal, (down, right) => void moves.push([down, right]));
  group.focus();
  const scrolls = ["ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight"].map(press);
  assert.deepEqual(moves, [
    [-1, 0],
    [1, 0],
    [0, -1],
    [0, 1],
  ]);
  assert.deepEqual(scrolls, [false, false, false, false]);
});

test("other keys, and an arrow that is not taken, are the page's", () => {
  let heard = 0;
  onArrows(group, life.signal, () => {
    heard += 1;
    return false;
  });
  group.focus();
  assert.equal(press("Enter"), true);
  assert.equal(heard, 0);
  assert.equal(press("ArrowUp"), true);
  assert.equal(heard, 1);
});

test("an arrow key leads to the next button, which alone the Tab key comes to from then on", () => {
  group.append(...buttons(6));
  rove(group, life.signal, (value, down, right) => String(Number(value) + 3 * down + right));
  button(0).focus();
  press("ArrowDown");
  assert.ok(keyboardIsAt(button(3)));
  press("ArrowRight");
  assert.ok(keyboardIsAt(button(4)));
  assert.deepEqual(stops(), ["4"]);
});

test("where an arrow leads to no button, the keyboard stays", () => {
  group.append(...buttons(3));
  rove(group, life.signal, (value, _down, right) => String(Number(value) + right));
  button(0).focus();
  press("ArrowLeft");
  assert.ok(keyboardIsAt(button(0)));
  assert.deepEqual(stops(), ["0"]);
});

test("a press brings the keyboard to its button, and is heard from what lies in it", () => {
  group.append(...buttons(3));
  /** @type {string[]} */
  const pressed = [];
  rove(group, life.signal, (value) => value);
  onPress(group, life.signal, ({ value }) => void pressed.push(value));
  group.click();
  button(2)
    .querySelector("i")
    ?.dispatchEvent(new MouseEvent("click", { bubbles: true }));
  assert.deepEqual(pressed, ["2"]);
  assert.ok(keyboardIsAt(button(2)));
  assert.deepEqual(stops(), ["2"]);
});

test("a group that is filled anew keeps the focus on the button of the same value, and the stop with it", () => {
  group.append(...buttons(4));
  button(2).focus();
  refill(group, buttons(4, 1));
  assert.ok(keyboardIsAt(button(2)));
  assert.deepEqual(stops(), ["2"]);
});

test("a group whose buttons the Tab key all comes to keeps them so", () => {
  const all = () => [0, 1].map((value) => element("button", { value }));
  group.append(...all());
  button(1).focus();
  refill(group, all());
  assert.ok(keyboardIsAt(button(1)));
  assert.deepEqual(stops(), ["0", "1"]);
});

test("the focus goes to nobody where the button is gone, or where it was elsewhere", () => {
  group.append(...buttons(4));
  button(3).focus();
  refill(group, buttons(2));
  assert.equal(group.contains(document.activeElement), false);
  const other = element("button", { value: 0 });
  document.body.append(other);
  other.focus();
  refill(group, buttons(2, 1));
  assert.ok(keyboardIsAt(other));
  assert.deepEqual(stops(), ["1"]);
});

test("what has ended hears nothing", () => {
  group.append(...buttons(2));
  rove(group, life.signal, () => "1");
  life.abort();
  button(0).focus();
  assert.equal(press("ArrowRight"), true);
  assert.ok(keyboardIsAt(button(0)));
});
