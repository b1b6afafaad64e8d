// How a value of a layer comes about, computed here from the numbers of the network, without a round trip.
import { find } from "../widgets/elements.js";
import { lifetime } from "../widgets/lifetime.js";
import { MapView } from "./map_view.js";
import { showUnit } from "./unit_view.js";

/** @import { ArithmeticData, Component } from "../types.d.ts" */

/** @param {Component<ArithmeticData>} component */
export default function ({ data, parentElement }) {
  const root = find(parentElement, ".arithmetic", HTMLElement);
  const { signal, end } = lifetime(root);
  root.hidden = false;
  if (data.vector) showUnit(root, data);
  else new MapView(root, data, signal).begin();
  return end;
}
