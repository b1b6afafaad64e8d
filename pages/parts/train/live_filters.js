// The first layer's filters, which change while a training runs.
import { element, find } from "../widgets/elements.js";
import { lifetime } from "../widgets/lifetime.js";
import { onAnnounced } from "./announcement.js";

/** @import { Component, FiltersData } from "../types.d.ts" */

/** @param {Component<FiltersData>} component */
export default function ({ data, parentElement }) {
  const root = find(parentElement, ".live-filters", HTMLElement);
  const { signal, end } = lifetime(root);
  const place = element("div");
  root.replaceChildren(place, element("small", {}, data.caption));
  let shownHtml = "";
  /** @param {string} pictureHtml */
  const show = (pictureHtml) => {
    if (!pictureHtml || pictureHtml === shownHtml) return;
    shownHtml = pictureHtml;
    place.innerHTML = pictureHtml;
  };
  show(data.pictureHtml);
  onAnnounced(data.training, signal, (now) => show(now.filtersHtml));
  return end;
}
