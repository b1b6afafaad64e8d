// `inside/result.js` and `server/document.js`: what is said of a sum, and Streamlit's words in another language.
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import * as result from "../../pages/parts/inside/result.js";
import { say } from "../../pages/parts/server/document.js";
import { emptyPage } from "./dom.js";

/** @import { ArithmeticTexts } from "../../pages/parts/types.d.ts" */

/** Each text says what it is. */
const TEXTS = /** @type {ArithmeticTexts} */ (
  new Proxy({}, { get: (_, name) => (name === "agrees" || name === "differs" ? `${name} {own}` : name) })
);

beforeEach(emptyPage);

/**
 * @param {result.Part[]} parts
 * @param {number} ours
 * @param {number} own
 */
function shown(parts, ours, own) {
  const line = document.createElement("div");
  result.showResult(line, parts, ours, own, TEXTS);
  return line;
}

test("the parts stand in a line with their signs, and what comes out is strong", () => {
  const line = shown([result.part("", -1, "<i>"), result.lastPart("=", 2, "sum")], 2, 2);
  assert.equal(line.textContent, "−1.0000<i>=2.0000sum✓ agrees 2.00000");
  assert.equal(line.querySelector("b")?.textContent, "2.0000");
  assert.deepEqual({ ...line.dataset }, { value: "2", own: "2" });
});

test("ours and the network's number agree up to a ten thousandth, of large ones in proportion", () => {
  /** @type {(ours: number, own: number) => boolean} */
  const agrees = (ours, own) => shown([], ours, own).textContent?.includes("✓") ?? false;
  assert.deepEqual([agrees(0.00009, 0), agrees(0.0002, 0)], [true, false]);
  assert.deepEqual([agrees(10_000.5, 10_000), agrees(10_002, 10_000)], [true, false]);
});

test("a linear activation is no step, and ReLU says what it does", () => {
  assert.deepEqual(result.activationParts("linear", 1, 1), []);
  assert.equal(result.activationParts("relu", -1, 0)[0].name, "ReLU: max(0, −1.0000)");
  assert.equal(result.activationParts("tanh", 0, 0)[0].name, "tanh");
});

test("without a kernel a value stays as it is, with one it is scaled and shifted", () => {
  assert.equal(result.scaled(3, null, 0, TEXTS).result, 3);
  const { parts, result: value } = result.scaled(3, Float64Array.of(2), 1, TEXTS);
  assert.equal(value, 7);
  assert.equal(result.inWords(parts), " value 3.0000 × scale 2.0000 + shift 1.0000 = normalised 7.0000");
});

const WORDS = new Map([
  ["Search", "검색"],
  ["# of # rows", "#줄 중 #줄"],
  ["Close", "닫기"],
]);

test("a known word is put into the language, and numbers keep their order", () => {
  assert.equal(say("Close", WORDS), "닫기");
  assert.equal(say("3 of 1,200 rows", WORDS), "3줄 중 1,200줄");
});

test("a word before a name is put into the language, and the name stays", () => {
  assert.equal(say("Search: Close", WORDS), "검색: Close");
});

test("what is not known stays as it is", () => {
  assert.equal(say("3 of many rows", WORDS), "3 of many rows");
  assert.equal(say("constructor", WORDS), "constructor");
});
