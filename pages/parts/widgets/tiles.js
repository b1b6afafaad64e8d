// One picture made of many; every tile is a button. With several frames, a slider and Play show them in turn.
import { element, find } from "./elements.js";
import { onPress, refill, rove } from "./keyboard.js";
import { lifetime } from "./lifetime.js";
import { floats, written } from "./numerals.js";
import { Player } from "./player.js";
import { reveal } from "./reveal.js";

/** @import { Component, TilesData } from "../types.d.ts" */

/**
 * What is shown of a film, kept while the page sends the same one again.
 *
 * @type {WeakMap<Element, { framesHtml: string[], player: Player }>}
 */
const films = new WeakMap();

/** @param {Component<TilesData>} component */
export default function ({ data, parentElement, setTriggerValue }) {
  const root = find(parentElement, ".tiles", HTMLElement);
  const { signal, end } = lifetime(root);
  root.hidden = false;
  find(root, ".sheet", HTMLElement).style.maxWidth = `${data.width}px`;
  const tellWeights = weights(root, data, signal);
  buttons(root, data, signal, (number) => {
    setTriggerValue("picked", number);
    reveal(data.shown);
  });
  film(root, data, signal, tellWeights);
  return end;
}

/**
 * A button over each picture of the sheet.
 *
 * @param {HTMLElement} root
 * @param {TilesData} data
 * @param {AbortSignal} signal
 * @param {(number: number) => void} pick
 */
function buttons(root, data, signal, pick) {
  const group = find(root, ".buttons", HTMLElement);
  group.setAttribute("aria-label", data.about);
  const { first, picked } = data;
  const here = picked !== null && picked >= first && picked < first + data.labels.length;
  // The keyboard comes to what is picked, where that is here.
  const stop = here ? picked : first;
  const place = places(data);
  refill(
    group,
    data.labels.map((label, index) => tile(data, label, first + index, stop, place(index))),
  );
  rove(group, signal, (value, down, right) => String(Number(value) + down * data.columns + right));
  onPress(group, signal, (button) => pick(Number(button.value)));
}

/**
 * Where each tile lies on the sheet, as CSS.
 *
 * @param {TilesData} data
 * @returns {(index: number) => string}
 */
function places({ labels, columns, tile: [width, height], gap }) {
  const across = columns * (width + gap) + gap;
  const down = Math.ceil(labels.length / columns) * (height + gap) + gap;
  /** @type {(part: number, whole: number) => string} */
  const percent = (part, whole) => `${(100 * part) / whole}%`;
  const size = `width:${percent(width, across)};height:${percent(height, down)}`;
  return (index) => {
    const left = gap + (index % columns) * (width + gap);
    const top = gap + Math.floor(index / columns) * (height + gap);
    return `left:${percent(left, across)};top:${percent(top, down)};${size}`;
  };
}

/**
 * @param {TilesData} data
 * @param {string} label
 * @param {number} number
 * @param {number} stop
 * @param {string} style
 */
function tile({ picked, numbered }, label, number, stop, style) {
  const attributes = {
    type: "button",
    value: number,
    style,
    title: label,
    "aria-label": label,
    "aria-pressed": number === picked,
    tabindex: number === stop ? 0 : -1,
  };
  return element("button", attributes, ...(numbered ? [element("i", {}, String(number))] : []));
}

/**
 * The numbers behind the tile on which the pointer or the keyboard is.
 *
 * @param {HTMLElement} root
 * @param {TilesData} data
 * @param {AbortSignal} signal
 * @returns {(frame: number) => void} tells those of a frame
 */
function weights(root, data, signal) {
  const table = find(root, ".weights", HTMLTableElement);
  const group = find(root, ".buttons", HTMLElement);
  const numbers = data.weights === null ? null : floats(data.weights);
  let frame = 0;
  let over = -1;
  const tell = () => {
    table.hidden = !numbers || over < 0;
    if (numbers && data.kernel && over >= 0) {
      table.replaceChildren(...weightRows(data.labels, numbers, data.kernel, frame, over));
    }
  };
  /** @param {Event} event */
  const hover = ({ target }) => {
    const button = target instanceof Element && target.closest("button");
    if (!button) return;
    over = Number(button.value) - data.first;
    tell();
  };
  for (const kind of ["pointerover", "focusin"]) group.addEventListener(kind, hover, { signal });
  return (shown) => {
    frame = shown;
    tell();
  };
}

/**
 * @param {string[]} labels
 * @param {Float64Array} numbers
 * @param {[number, number]} kernel
 * @param {number} frame
 * @param {number} tile
 */
function weightRows(labels, numbers, [height, width], frame, tile) {
  const start = (frame * labels.length + tile) * height * width;
  const rows = Array.from({ length: height }, (_, y) => {
    const values = numbers.subarray(start + y * width, start + (y + 1) * width);
    return element("tr", {}, ...Array.from(values, (value) => element("td", {}, written(value))));
  });
  return [element("caption", {}, labels[tile]), ...rows];
}

/**
 * The frames, with their slider and their button.
 *
 * @param {HTMLElement} root
 * @param {TilesData} data
 * @param {AbortSignal} signal
 * @param {(frame: number) => void} onFrame
 */
function film(root, { framesHtml, captions, interval, texts }, signal, onFrame) {
  const bar = find(root, ".film", HTMLElement);
  const slider = find(bar, "input", HTMLInputElement);
  const picture = find(root, ".picture", HTMLElement);
  const last = framesHtml.length - 1;
  bar.hidden = last < 1;
  slider.max = String(last);
  slider.setAttribute("aria-label", texts.epoch);
  /** @param {number} frame */
  const show = (frame) => {
    const frameHtml = framesHtml[frame];
    picture.innerHTML = frameHtml;
    slider.value = String(frame);
    find(bar, "output", HTMLElement).textContent = captions[frame] ?? "";
    onFrame(frame);
  };
  const button = find(bar, "button", HTMLButtonElement);
  const player = new Player(button, texts, { count: framesHtml.length, pace: interval, show }, signal);
  const goToSlider = () => {
    player.pause();
    player.show(Number(slider.value));
  };
  slider.addEventListener("input", goToSlider, { signal });
  takeUp(root, framesHtml, player);
}

/**
 * Begin with the last frame; where the same film was there before, go on with it as it stood.
 *
 * @param {HTMLElement} root
 * @param {string[]} framesHtml
 * @param {Player} player
 */
function takeUp(root, framesHtml, player) {
  const before = films.get(root);
  films.set(root, { framesHtml, player });
  const same =
    before?.framesHtml.length === framesHtml.length &&
    before.framesHtml.every((frameHtml, frame) => frameHtml === framesHtml[frame]);
  player.show(same ? before.player.frame : framesHtml.length - 1);
  if (same && before.player.playing) player.goOn();
}
