// Says once how wide the place is where it stands. Whoever turns a phone keeps what was drawn.

/**
 * @import { Component, WidthData } from "../types.d.ts"
 * @param {Component<WidthData>} component
 */
export default function ({ data, parentElement, setStateValue }) {
  if (data.width === null) setStateValue("width", Math.floor(parentElement.getBoundingClientRect().width));
}
