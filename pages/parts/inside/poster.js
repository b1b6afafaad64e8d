// The network from left to right; pressing a layer opens it.
import { element, find } from "../widgets/elements.js";
import { onPress, refill } from "../widgets/keyboard.js";
import { lifetime } from "../widgets/lifetime.js";

/** @import { Component, PosterData } from "../types.d.ts" */

/** @param {Component<PosterData>} component */
export default function ({ data, parentElement, setTriggerValue }) {
  const list = find(parentElement, ".poster", HTMLElement);
  const { signal, end } = lifetime(list);
  list.setAttribute("aria-label", data.label);
  refill(
    list,
    data.columns.map((column) => element("li", {}, columnButton(column, data.picked))),
  );
  onPress(list, signal, (button) => setTriggerValue("picked", Number(button.value)));
  return end;
}

/**
 * @param {PosterData["columns"][number]} column
 * @param {number} picked
 */
function columnButton({ pictureHtml, title, shape, number }, picked) {
  const isLayer = number >= 0;
  const attributes = {
    type: "button",
    value: number,
    disabled: isLayer ? null : "",
    "aria-pressed": isLayer ? number === picked : null,
  };
  const picture = element("span", { class: "strip-picture" });
  picture.innerHTML = pictureHtml;
  const words = [element("b", {}, title), element("small", {}, shape)];
  return element("button", attributes, picture, element("span", { class: "words" }, ...words));
}
