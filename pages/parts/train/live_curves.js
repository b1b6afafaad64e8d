// Loss and accuracy over the epochs, side by side or, where there is no room, one below the other.
import { element, find, shape } from "../widgets/elements.js";
import { onArrows } from "../widgets/keyboard.js";
import { lifetime } from "../widgets/lifetime.js";
import { onAnnounced } from "./announcement.js";
import { HEIGHT, LEFT, plotted, RIGHT } from "./curve_plot.js";
import { inWords, lastEpoch, nearest, neighbour, reading } from "./curve_reading.js";
import { decimals } from "./curve_scale.js";

/** @import { Component, Curves, CurvesData } from "../types.d.ts" */
/** @import { Panel } from "./curve_plot.js" */
/** @import { Line } from "./curve_reading.js" */

const WIDTH_AT_FIRST = 380;

/** @param {Component<CurvesData>} component */
export default function ({ data, parentElement }) {
  const root = find(parentElement, ".live-curves", HTMLElement);
  const { signal, end } = lifetime(root);
  const view = new CurvesView(root, data);
  view.listen(signal);
  view.show(data.curves);
  onAnnounced(data.training, signal, (now) => view.show(now.curves));
  const resized = new ResizeObserver(() => view.draw());
  resized.observe(root);
  signal.addEventListener("abort", () => resized.disconnect());
  return end;
}

/**
 * @param {CurvesData["texts"]} texts
 * @returns {Panel[]}
 */
function panels(texts) {
  return [
    {
      name: texts.loss,
      column: 1,
      most: Infinity,
      tick: (value, step) => value.toFixed(decimals(step)),
      exact: (value) => value.toFixed(4),
    },
    {
      name: texts.accuracy,
      column: 2,
      most: 1,
      tick: (value, step) => `${(100 * value).toFixed(decimals(100 * step))}%`,
      exact: (value) => `${(100 * value).toFixed(2)}%`,
    },
  ];
}

class CurvesView {
  /** @type {Curves} */
  curves = { training: [], validation: [] };
  drawn = "";
  /** The epoch that is read; null for the last. @type {number | null} */
  over = null;
  width = WIDTH_AT_FIRST;

  /**
   * @param {HTMLElement} root
   * @param {CurvesData} data
   */
  constructor(root, data) {
    this.root = root;
    this.data = data;
    this.parts = panels(data.texts).map((panel) => ({
      panel,
      svg: shape("svg", { height: HEIGHT, "aria-hidden": true }),
      words: element("p"),
    }));
    this.status = element("div", { role: "status" });
    const figures = this.parts.map(({ panel, svg, words }) =>
      element("figure", {}, element("figcaption", {}, panel.name), svg, words),
    );
    root.replaceChildren(...figures, this.status);
    root.setAttribute("role", "group");
    root.setAttribute("aria-label", data.about);
    root.tabIndex = 0;
  }

  /** @param {AbortSignal} signal */
  listen(signal) {
    const { root } = this;
    root.addEventListener("pointermove", (event) => this.point(event), { signal });
    for (const kind of ["pointerleave", "blur"]) {
      root.addEventListener(kind, () => this.read(null), { signal });
    }
    onArrows(root, signal, (_down, right) => {
      if (!right || !this.curves.validation.length) return false;
      this.read(neighbour(this.curves, this.over, right));
      this.say();
      return true;
    });
  }

  /**
   * Read the epoch under the pointer.
   *
   * @param {PointerEvent} event
   */
  point({ target, clientX }) {
    const svg = target instanceof Element && target.closest("svg");
    if (!svg) return;
    const share = (clientX - svg.getBoundingClientRect().left - LEFT) / (this.width - LEFT - RIGHT);
    this.read(lastEpoch(this.curves) * Math.min(1, Math.max(0, share)));
  }

  /** @param {number | null} over */
  read(over) {
    this.over = over;
    this.draw();
  }

  /**
   * Show curves as they stand now.
   *
   * @param {Curves} curves
   */
  show(curves) {
    const text = JSON.stringify(curves);
    if (text === this.drawn) return;
    this.drawn = text;
    this.curves = curves;
    this.draw();
  }

  draw() {
    const { curves, over, data } = this;
    if (!curves.training.length && !curves.validation.length) return;
    // As wide as its place is, so that its words keep their size.
    this.width = this.parts[0].svg.clientWidth || WIDTH_AT_FIRST;
    const read = over === null ? null : (nearest(curves.training, over)?.[0] ?? 0);
    const common = { curves, width: this.width, last: lastEpoch(curves), mark: data.mark, over: read };
    for (const { panel, svg, words } of this.parts) {
      svg.replaceChildren(...plotted({ panel, epoch: data.texts.epoch, ...common }));
      words.replaceChildren(...this.lines(panel).map(lineElement));
    }
  }

  /** @param {Panel} panel */
  lines(panel) {
    return reading(panel, this.curves, this.over, this.data.texts, this.data.mark);
  }

  /** Say what is read, to those who do not see it. */
  say() {
    const read = this.parts.map(({ panel }) => `${panel.name}: ${this.lines(panel).map(inWords).join(", ")}`);
    this.status.textContent = `${this.data.texts.epoch} ${this.over}. ${read.join(". ")}`;
  }
}

/** @param {Line} line */
function lineElement({ kind, name, value, epoch }) {
  const parts = value === null ? [name] : [`${name} `, element("b", {}, value), epoch];
  return element("span", { class: kind }, ...parts);
}
