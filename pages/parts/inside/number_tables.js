// Small tables of numbers: on their colours, or as the terms of a sum.
import { element } from "../widgets/elements.js";
import { ink, written } from "../widgets/numerals.js";

/** @import { Colour } from "../widgets/numerals.js" */
/** @typedef {Node | string} Content */

/** With more columns there is no room for figures, with more than the other for no third decimal. */
const MOST_WITH_FIGURES = 7;
const MOST_WITH_THREE_DECIMALS = 5;

/**
 * A square of numbers on their colours; without figures where too many stand beside each other.
 *
 * @param {Float64Array} values
 * @param {number} side
 * @param {Colour} colour
 * @param {number} chosen the place of the one to mark
 */
export function numberGrid(values, side, colour, chosen = -1) {
  const readable = side <= MOST_WITH_FIGURES;
  const decimals = side <= MOST_WITH_THREE_DECIMALS ? 3 : 2;
  /** @param {number} place */
  const cell = (place) => {
    const rgb = colour(values[place]);
    const attributes = {
      class: place === chosen ? "chosen" : "",
      style: `background:rgb(${rgb.join(" ")});color:${ink(rgb)}`,
      title: readable ? null : written(values[place]),
    };
    return element("td", attributes, readable ? written(values[place], decimals) : "");
  };
  const rows = Array.from({ length: side }, (_, y) =>
    element("tr", {}, ...Array.from({ length: side }, (_, x) => cell(y * side + x))),
  );
  return element("table", { class: `numbers ${readable ? "" : "dense"}` }, ...rows);
}

/**
 * A table with a head, as `terms`.
 *
 * @param {string} kind what it is besides
 * @param {string} caption none where it is ""
 * @param {Content[]} heads
 * @param {HTMLTableRowElement[]} rows
 */
export function termsTable(kind, caption, heads, rows) {
  const head = heads.map((content) => element("th", { scope: "col" }, content));
  return element(
    "table",
    { class: `terms ${kind}` },
    ...(caption ? [element("caption", {}, caption)] : []),
    element("thead", {}, element("tr", {}, ...head)),
    element("tbody", {}, ...rows),
  );
}

/**
 * @param {...Content} cells
 */
export function termsRow(...cells) {
  return element("tr", {}, ...cells.map((content) => element("td", {}, content)));
}
