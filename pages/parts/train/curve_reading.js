// What is read off the curves: at the epoch under the pointer, or at the last.

/** @import { Curves, CurvesData, Point } from "../types.d.ts" */
/** @import { Panel } from "./curve_plot.js" */

/** @typedef {{ kind: string, name: string, value: string | null, epoch: string }} Line */

/**
 * The point of a curve nearest to an epoch; without one, the last.
 *
 * @param {Point[]} points
 * @param {number | null} over
 */
export function nearest(points, over) {
  if (over === null) return points.at(-1);
  /** @type {(point: Point) => number} */
  const away = (point) => Math.abs(point[0] - over);
  return points.reduce(
    (best, point) => (best && away(best) <= away(point) ? best : point),
    /** @type {Point | undefined} */ (undefined),
  );
}

/**
 * The last epoch of the curves; one at least.
 *
 * @param {Curves} curves
 */
export function lastEpoch({ training, validation }) {
  return Math.max(1, ...[...training, ...validation].map(([epoch]) => epoch));
}

/**
 * The whole epoch that an arrow key leads to: before or after the one that is read, or from the end.
 *
 * @param {Curves} curves
 * @param {number | null} over
 * @param {number} right -1 or 1
 */
export function neighbour({ validation }, over, right) {
  const epochs = validation.map(([epoch]) => epoch);
  const here = epochs.filter((epoch) => epoch < (over ?? Infinity)).length;
  return epochs[Math.min(epochs.length - 1, Math.max(0, here + right))];
}

/**
 * The lines below a diagram.
 *
 * @param {Panel} panel
 * @param {Curves} curves
 * @param {number | null} over
 * @param {CurvesData["texts"]} texts
 * @param {number | null} mark
 * @returns {Line[]}
 */
export function reading({ column, exact }, curves, over, texts, mark) {
  /** @type {(kind: keyof Curves) => Line} */
  const line = (kind) => {
    const point = nearest(curves[kind], over);
    const epoch = point && over !== null ? ` (${texts.epoch} ${Number(point[0].toFixed(2))})` : "";
    return { kind, name: texts[kind], value: point ? exact(point[column]) : "–", epoch };
  };
  const lines = [line("training"), line("validation")];
  if (mark) lines.push({ kind: "goes-on", name: texts.mark, value: null, epoch: "" });
  return lines;
}

/**
 * A line as it is said.
 *
 * @param {Line} line
 */
export function inWords({ name, value, epoch }) {
  return value === null ? name : `${name} ${value}${epoch}`;
}
