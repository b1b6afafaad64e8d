// A confusion matrix as a table of buttons. One press picks a cell, a second lets it go.
import { element, find } from "../widgets/elements.js";
import { onPress, refill, rove } from "../widgets/keyboard.js";
import { lifetime } from "../widgets/lifetime.js";
import { reveal } from "../widgets/reveal.js";
import { filled } from "../widgets/texts.js";

/** @import { Component, ConfusionData } from "../types.d.ts" */

/** From so many letters on, a name stands upright over its column. */
const LONG = 3;

/** @param {Component<ConfusionData>} component */
export default function ({ data, parentElement, setTriggerValue }) {
  const { names, texts } = data;
  const table = find(parentElement, "table", HTMLTableElement);
  const { signal, end } = lifetime(table);
  refill(table, [head(names), body(data)]);
  table.classList.toggle(
    "long-names",
    names.some((name) => name.length >= LONG),
  );
  find(parentElement, ".columns", HTMLElement).textContent = texts.columns;
  find(parentElement, ".rows", HTMLElement).textContent = texts.rows;
  rove(table, signal, (value, down, right) => {
    const [truth, read] = placeOf(value);
    return `${truth + down},${read + right}`;
  });
  onPress(table, signal, (button) => {
    const picked = button.getAttribute("aria-pressed") === "true";
    setTriggerValue("picked", picked ? "none" : placeOf(button.value));
    reveal(data.shown);
  });
  return end;
}

/**
 * The row and column of a cell, from its button's value.
 *
 * @param {string} value
 */
const placeOf = (value) => value.split(",").map(Number);

/** @param {string[]} names */
function head(names) {
  const columns = names.map((name) => element("th", { scope: "col" }, element("span", {}, name)));
  return element("thead", {}, element("tr", {}, element("td"), ...columns));
}

/** @param {ConfusionData} data */
function body(data) {
  const { counts, names } = data;
  const mistakes = counts.flatMap((row, truth) => row.filter((_, read) => read !== truth));
  const most = Math.max(1, ...mistakes);
  const rows = names.map((name, truth) => {
    const cells = names.map((_, read) => element("td", {}, cell(data, truth, read, most)));
    return element("tr", {}, element("th", { scope: "row" }, name), ...cells);
  });
  return element("tbody", {}, ...rows);
}

/** @type {(colour: string, share: number) => string} */
const shade = (colour, share) => `background: color-mix(in srgb, var(${colour}) ${share}%, transparent)`;

// The diagonal has a quiet colour of its own, so that only mistakes compete.
const RIGHT = shade("--st-primary-color", 14);

/** @param {number} share of the most like mistakes */
const wrong = (share) => shade("--confusion-mistake", share && 15 + 75 * share);

/**
 * @param {ConfusionData} data
 * @param {number} truth
 * @param {number} read
 * @param {number} most the largest number of like mistakes
 */
function cell({ counts, names, picked, texts }, truth, read, most) {
  const count = counts[truth][read];
  const right = truth === read;
  const chosen = picked !== null && picked[0] === truth && picked[1] === read;
  const stop = picked === null ? truth === 0 && read === 0 : chosen;
  const text = filled(texts.cell, { count, truth: names[truth], read: names[read] });
  const attributes = {
    type: "button",
    class: right ? "right" : "wrong",
    value: `${truth},${read}`,
    style: right ? RIGHT : wrong(count / most),
    tabindex: stop ? 0 : -1,
    "aria-pressed": chosen,
    "aria-label": text,
    title: text,
  };
  return element("button", attributes, String(count || "·"));
}
