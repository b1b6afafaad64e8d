// Blocks in a row, each over its layer's name and shape.
import { element, find } from "../widgets/elements.js";

/** @import { BlocksData, Component } from "../types.d.ts" */

/** @param {Component<BlocksData>} component */
export default function ({ data, parentElement }) {
  const list = find(parentElement, ".network-picture", HTMLElement);
  list.setAttribute("aria-label", data.label);
  list.hidden = false;
  list.replaceChildren(...data.blocks.map(block));
}

/** @param {BlocksData["blocks"][number]} block */
function block({ pictureHtml, title, shape }) {
  const made = element("div");
  made.innerHTML = pictureHtml;
  made.append(element("span", {}, title), element("small", {}, shape));
  return made;
}
