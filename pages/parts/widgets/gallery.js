// Cards with a picture each; pressing one picks it.
import { element, find } from "./elements.js";
import { onPress, refill } from "./keyboard.js";
import { lifetime } from "./lifetime.js";
import { reveal } from "./reveal.js";

/** @import { Component, GalleryData } from "../types.d.ts" */

/** @param {Component<GalleryData>} component */
export default function ({ data, parentElement, setTriggerValue }) {
  const list = find(parentElement, ".gallery", HTMLElement);
  const { signal, end } = lifetime(list);
  list.setAttribute("aria-label", data.label);
  refill(
    list,
    data.cards.map((card) => element("li", {}, cardButton(card, card.number === data.picked))),
  );
  onPress(list, signal, (button) => {
    setTriggerValue("picked", Number(button.value));
    reveal(data.shown);
  });
  return end;
}

/**
 * @param {GalleryData["cards"][number]} card
 * @param {boolean} picked
 */
function cardButton({ number, about, pictureHtml, wordsHtml }, picked) {
  const button = element("button", { type: "button", value: number, title: about, "aria-pressed": picked });
  const words = element("span", { class: "words" });
  button.innerHTML = pictureHtml;
  words.innerHTML = wordsHtml;
  button.append(words);
  return button;
}
