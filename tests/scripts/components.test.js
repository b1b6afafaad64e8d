// The components whole: what they show of their data, what they tell the page, and what outlives a rerun.
import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";

import confusion from "../../pages/parts/mistakes/confusion.js";
import { announce } from "../../pages/parts/train/announcement.js";
import liveFilters from "../../pages/parts/train/live_filters.js";
import gallery from "../../pages/parts/widgets/gallery.js";
import tiles from "../../pages/parts/widgets/tiles.js";
import { emptyPage, keyboardIsAt, press } from "./dom.js";

/** @import { ConfusionData, GalleryData, TilesData } from "../../pages/parts/types.d.ts" */

const MARKUP = "<b>not markup</b>";

/** @type {HTMLElement} */
let parentElement;
/** What the page was told. @type {unknown[]} */
let told;

beforeEach(() => {
  emptyPage();
  mock.timers.reset();
  mock.timers.enable({ apis: ["setInterval", "setTimeout"] });
  told = [];
  parentElement = document.createElement("div");
  document.body.append(parentElement);
});

/**
 * Mount a component as Streamlit does after each run of the page.
 *
 * @template Data
 * @param {(component: import("../../pages/parts/types.d.ts").Component<Data>) => unknown} component
 * @param {Data} data
 */
function mount(component, data) {
  /** @type {(name: string, value: unknown) => void} */
  const tell = (name, value) => void told.push([name, value]);
  return component({ data, parentElement, setTriggerValue: tell, setStateValue: tell });
}

/** @param {string} selector */
const all = (selector) => /** @type {HTMLElement[]} */ ([...parentElement.querySelectorAll(selector)]);

/** @type {ConfusionData} */
const MATRIX = {
  counts: [
    [9, 1],
    [0, 8],
  ],
  names: [MARKUP, "1"],
  picked: null,
  shown: ".images",
  texts: { rows: "shows", columns: "taken for", cell: "{count}: {truth} for {read}" },
};

function matrix(changes = {}) {
  mount(confusion, { ...MATRIX, ...changes });
}

test("a matrix names its classes by text, and each cell in words", () => {
  parentElement.innerHTML =
    '<div class="columns"></div><div class="rows"></div><table class="matrix"></table>';
  matrix();
  assert.equal(all("b").length, 0);
  assert.equal(all("th span")[0].textContent, MARKUP);
  assert.deepEqual(
    all("button").map((cell) => cell.textContent),
    ["9", "1", "·", "8"],
  );
  assert.equal(all("button")[1].title, `1: ${MARKUP} for 1`);
});

test("a press picks a cell of a matrix, and a second one lets it go", () => {
  parentElement.innerHTML = '<div class="columns"></div><div class="rows"></div><table></table>';
  matrix();
  all("button")[1].click();
  matrix({ picked: [0, 1] });
  assert.ok(keyboardIsAt(all("button")[1]));
  all("button")[1].click();
  assert.deepEqual(told, [
    ["picked", [0, 1]],
    ["picked", "none"],
  ]);
});

test("the arrow keys go through a matrix, and not beyond its sides", () => {
  parentElement.innerHTML = '<div class="columns"></div><div class="rows"></div><table></table>';
  matrix();
  all("button")[0].focus();
  for (const key of ["ArrowRight", "ArrowRight", "ArrowDown"]) press(key);
  assert.equal(document.activeElement?.getAttribute("value"), "1,1");
});

/** @type {GalleryData} */
const CARDS = {
  cards: [
    { number: 7, about: `"${MARKUP}"`, pictureHtml: '<img alt="7">', wordsHtml: "is <b>7</b>" },
    { number: 9, about: "nine", pictureHtml: '<img alt="9">', wordsHtml: "is <b>9</b>" },
  ],
  picked: 9,
  label: "Images",
  shown: ".one",
};

test("a card bears its picture and its words as markup, its name as text; a press picks it", () => {
  parentElement.innerHTML = '<ul class="gallery"></ul>';
  mount(gallery, CARDS);
  assert.deepEqual(
    all("button").map((card) => [card.title, card.getAttribute("aria-pressed"), card.children.length]),
    [
      [`"${MARKUP}"`, "false", 2],
      ["nine", "true", 2],
    ],
  );
  assert.equal(all("img").length, 2);
  assert.equal(all(".words b").length, 2);
  all("img")[0].click();
  assert.deepEqual(told, [["picked", 7]]);
});

test("after many reruns a press is told once", () => {
  parentElement.innerHTML = '<ul class="gallery"></ul>';
  for (let runs = 0; runs < 5; runs++) mount(gallery, CARDS);
  all("button")[0].click();
  assert.equal(told.length, 1);
});

/** @type {TilesData} */
const FILM = {
  framesHtml: ['<img alt="first">', '<img alt="second">', '<img alt="third">'],
  captions: ["1", "2", MARKUP],
  labels: ["a", MARKUP],
  about: "Filters",
  columns: 2,
  width: 100,
  tile: [8, 8],
  gap: 1,
  first: 4,
  picked: 5,
  numbered: true,
  shown: null,
  kernel: [1, 2],
  weights: Buffer.from(Float32Array.from({ length: 12 }, (_, place) => place).buffer).toString("base64"),
  interval: 100,
  texts: { play: "Play", pause: "Pause", step: "Next", epoch: "Epoch" },
};

function film(changes = {}) {
  return mount(tiles, { ...FILM, ...changes });
}

function emptyFilm() {
  parentElement.innerHTML = `<div class="tiles" hidden>
    <div class="sheet"><div class="picture"></div><div class="buttons"></div></div>
    <div class="film"><button></button><input type="range"><output></output></div>
    <table class="weights" hidden></table></div>`;
}

/** What is shown of the film. */
const frame = () => all(".picture img")[0].getAttribute("alt");

test("tiles have their names and numbers as text, and the keyboard comes to the picked one", () => {
  emptyFilm();
  film();
  const buttons = all(".buttons button");
  assert.deepEqual(
    buttons.map((button) => [button.title, button.textContent, button.tabIndex]),
    [
      ["a", "4", -1],
      [MARKUP, "5", 0],
    ],
  );
  assert.equal(all("output")[0].textContent, MARKUP);
  assert.equal(all("b").length, 0);
});

test("a tile under the pointer tells its own numbers of the frame that is shown", () => {
  emptyFilm();
  film();
  assert.equal(all(".weights")[0].hidden, true);
  all(".buttons button")[1].dispatchEvent(new MouseEvent("pointerover", { bubbles: true }));
  const numbers = () => all(".weights td").map((cell) => cell.textContent);
  assert.deepEqual(numbers(), ["10.000", "11.000"]);
  const slider = all("input")[0];
  if (slider instanceof HTMLInputElement) slider.value = "0";
  slider.dispatchEvent(new MouseEvent("input", { bubbles: true }));
  assert.equal(frame(), "first");
  assert.deepEqual(numbers(), ["2.000", "3.000"]);
});

test("a film begins at its end; the same one stays where it is, and another begins anew", () => {
  emptyFilm();
  film();
  assert.equal(frame(), "third");
  all(".film button")[0].click();
  assert.equal(frame(), "first");
  film({ picked: 4 });
  assert.equal(frame(), "first");
  assert.equal(all(".film button")[0].textContent, " Pause");
  film({ framesHtml: [...FILM.framesHtml, '<img alt="fourth">'] });
  assert.equal(frame(), "fourth");
  assert.equal(all(".film button")[0].textContent, " Play");
});

test("one picture alone is no film", () => {
  emptyFilm();
  film({ framesHtml: ['<img alt="alone">'], captions: [] });
  assert.equal(all(".film")[0].hidden, true);
  assert.equal(frame(), "alone");
});

test("filters follow their own training, until the page is left", () => {
  parentElement.innerHTML = '<div class="live-filters"></div>';
  /** @param {string} name */
  const now = (name) => ({
    shown: "",
    bars: [],
    pace: "",
    spoken: "",
    curves: { training: [], validation: [] },
    filtersHtml: `<img alt="${name}">`,
  });
  const end = mount(liveFilters, { training: "mine", pictureHtml: "", caption: MARKUP });
  const shown = () => all("img").map((picture) => picture.getAttribute("alt"));
  assert.equal(all("small")[0].textContent, MARKUP);
  announce("other", now("theirs"));
  assert.deepEqual(shown(), []);
  announce("mine", now("ours"));
  assert.deepEqual(shown(), ["ours"]);
  if (typeof end === "function") end();
  announce("mine", now("later"));
  assert.deepEqual(shown(), ["ours"]);
});
