// One diagram of the curves, as SVG.
import { shape } from "../widgets/elements.js";
import { range, ticks } from "./curve_scale.js";

/** @import { Curves, Point } from "../types.d.ts" */

export const HEIGHT = 210;
export const LEFT = 50;
export const RIGHT = 10;
const TOP = 12;
const BOTTOM = 40;

/**
 * @typedef {object} Panel
 * @property {string} name
 * @property {1 | 2} column of a point
 * @property {number} most the largest value that there can be
 * @property {(value: number, step: number) => string} tick writes a value beside the diagram
 * @property {(value: number) => string} exact writes a value below it
 *
 * @typedef {object} Plot
 * @property {Panel} panel
 * @property {Curves} curves with one point at least
 * @property {number} width in pixels
 * @property {number} last the epoch at the right end
 * @property {number | null} mark the epoch from which the training went on
 * @property {number | null} over the epoch that is read
 * @property {string} epoch what an epoch is called
 *
 * @typedef {(value: number) => number} Side from a value to pixels
 */

/**
 * What stands in a diagram.
 *
 * @param {Plot} plot
 */
export function plotted({ panel, curves, width, last, mark, over, epoch }) {
  const points = [...curves.training, ...curves.validation];
  const values = points.map((point) => point[panel.column]).filter(Number.isFinite);
  const [low, high] = range(values, panel.most);
  /** @type {Side} */
  const x = (at) => LEFT + (at / last) * (width - LEFT - RIGHT);
  /** @type {Side} */
  const y = (value) => TOP + ((high - value) / (high - low)) * (HEIGHT - TOP - BOTTOM);
  return [
    ...upTheSide(panel, y, low, high, width),
    ...alongTheFoot(x, last, epoch, width),
    ...(mark ? [upright(x(mark), "mark")] : []),
    ...curve("training", curves.training, panel, x, y),
    ...curve("validation", curves.validation, panel, x, y),
    ...(over === null ? [] : [upright(x(over), "over")]),
  ];
}

/**
 * @param {Panel} panel
 * @param {Side} y
 * @param {number} low
 * @param {number} high
 * @param {number} width
 */
function upTheSide({ tick }, y, low, high, width) {
  const { values, step } = ticks(low, high, 5);
  return values.flatMap((value) => [
    shape("line", { class: "rule", x1: LEFT, x2: width - RIGHT, y1: y(value), y2: y(value) }),
    shape("text", { class: "end", x: LEFT - 6, y: y(value) + 4 }, tick(value, step)),
  ]);
}

/**
 * @param {Side} x
 * @param {number} last
 * @param {string} epoch
 * @param {number} width
 */
function alongTheFoot(x, last, epoch, width) {
  const numbers = ticks(0, last, 5).values.map((at) =>
    shape("text", { class: "middle", x: x(at), y: HEIGHT - BOTTOM + 17 }, String(Number(at.toFixed(6)))),
  );
  const middle = (LEFT + width - RIGHT) / 2;
  return [...numbers, shape("text", { class: "middle", x: middle, y: HEIGHT - 5 }, epoch)];
}

/**
 * @param {number} x
 * @param {string} kind
 */
const upright = (x, kind) => shape("line", { class: kind, x1: x, x2: x, y1: TOP, y2: HEIGHT - BOTTOM });

/**
 * A line with a dot at each whole epoch, or where one point alone makes no line.
 *
 * @param {keyof Curves} kind
 * @param {Point[]} points
 * @param {Panel} panel
 * @param {Side} x
 * @param {Side} y
 */
function curve(kind, points, { column }, x, y) {
  const places = points.map((point) => [x(point[0]).toFixed(1), y(point[column]).toFixed(1)]);
  const d = places.map(([cx, cy], index) => `${index ? "L" : "M"}${cx} ${cy}`).join("");
  const dotted = kind === "validation" || points.length === 1;
  return [
    shape("path", { class: kind, d }),
    ...(dotted ? places.map(([cx, cy]) => shape("circle", { class: kind, cx, cy, r: 3.2 })) : []),
  ];
}
