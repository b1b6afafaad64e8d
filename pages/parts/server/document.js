// Streamlit says some words in English by itself. As long as this is here, they are put into the page's
// language as they come; when it goes, they come back.
import { lifetime } from "../widgets/lifetime.js";

/** @import { Component, DocumentData } from "../types.d.ts" */
/** @typedef {Map<string, string>} Words */

const ATTRIBUTES = ["alt", "aria-label", "placeholder", "title"];
const NUMBERS = /[-−]?\d[\d,]*(?:\.\d+)?(?:e[-+]?\d+)?/g;
// What the app says is in the language already, and a visitor's own name may be one of the words.
const OURS = ".stMarkdown, .stHtml, .stText, code";

/** @param {Component<DocumentData>} component */
export default function ({ data, parentElement }) {
  const { signal, end } = lifetime(parentElement);
  const root = document.documentElement;
  const before = root.lang;
  const there = new Map(Object.entries(data.words));
  const back = new Map([...there].map(([english, own]) => [own, english]));
  root.lang = data.language;
  translateAll(document.body, there);
  const watch = translateWhatComes(there);
  signal.addEventListener("abort", () => {
    watch.disconnect();
    translateAll(document.body, back);
    root.lang = before;
  });
  return end;
}

/** @param {Words} words */
function translateWhatComes(words) {
  const watch = new MutationObserver((changes) => {
    for (const { target, addedNodes } of changes) {
      const changed = target instanceof Element ? target : target.parentElement;
      if (changed) translate(changed, words);
      for (const added of addedNodes) if (added instanceof Element) translateAll(added, words);
    }
  });
  const texts = { subtree: true, childList: true, characterData: true };
  watch.observe(document.body, { ...texts, attributes: true, attributeFilter: ATTRIBUTES });
  return watch;
}

/**
 * @param {Element} element
 * @param {Words} words
 */
function translateAll(element, words) {
  translate(element, words);
  for (const inner of element.querySelectorAll("*")) translate(inner, words);
}

/**
 * @param {Element} element
 * @param {Words} words
 */
function translate(element, words) {
  for (const name of ATTRIBUTES) {
    const text = element.getAttribute(name) ?? "";
    const own = say(text, words);
    if (own !== text) element.setAttribute(name, own);
  }
  if (element.closest(OURS)) return;
  for (const child of element.childNodes) {
    if (!(child instanceof Text)) continue;
    const own = say(child.data, words);
    if (own !== child.data) child.data = own;
  }
}

/**
 * A text in the language, where its words are known.
 *
 * @param {string} text
 * @param {Words} words
 */
export function say(text, words) {
  const whole = said(text, words);
  if (whole !== undefined) return whole;
  // Where a button belongs to a table, its name is "Search: the table's name".
  const [first] = text.split(":", 1);
  const own = said(first, words);
  return own === undefined ? text : own + text.slice(first.length);
}

/**
 * In `words` a "#" stands for any number; those of the text take the places of its own words, in their order.
 *
 * @param {string} text
 * @param {Words} words
 */
function said(text, words) {
  const numbers = text.match(NUMBERS) ?? [];
  return words.get(text.replace(NUMBERS, "#"))?.replace(/#/g, () => numbers.shift() ?? "#");
}
