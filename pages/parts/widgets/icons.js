// The signs on buttons.
import { shape } from "./elements.js";

const PATHS = {
  play: "M1 0v10l8-5z",
  pause: "M1 0h3v10H1zM6 0h3v10H6z",
  step: "M0 0v10l7-5zM7 0h2v10H7z",
};

/**
 * A sign, as large as the words beside it.
 *
 * @param {keyof typeof PATHS} name
 */
export function icon(name) {
  const box = { viewBox: "0 0 10 10", width: 10, height: 10, fill: "currentColor", "aria-hidden": true };
  return shape("svg", box, shape("path", { d: PATHS[name] }));
}
