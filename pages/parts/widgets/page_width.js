// Says once how wide the place is where it stands. A drawing stays when a phone is turned.

/**
 * @import { Component, WidthData } from "../types.d.ts"
 * @param {Component<WidthData>} component
 */
export default function ({ data, parentElement, setStateValue }) {
  if (data.width === null) setStateValue("width", Math.floor(parentElement.getBoundingClientRect().width));
}
