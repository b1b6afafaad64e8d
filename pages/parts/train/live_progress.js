// Bars that follow a training. It asks how the training stands, hands on what others show of it, and has the page
// run again only where more has changed than they show.
import { element, find } from "../widgets/elements.js";
import { lifetime } from "../widgets/lifetime.js";
import { reveal } from "../widgets/reveal.js";
import { announce } from "./announcement.js";

/** @import { Component, Moving, ProgressData, Standing } from "../types.d.ts" */

const PATIENCE_MS = 10_000;
const BETWEEN_RERUNS_MS = 1500;

/** @param {Component<ProgressData>} component */
export default function ({ data, parentElement, setTriggerValue }) {
  const root = find(parentElement, ".live-progress", HTMLElement);
  const { signal, end } = lifetime(root);
  const show = bars(root);
  let asking = false;
  let told = 0;
  const look = async () => {
    if (document.hidden || asking || signal.aborted) return;
    asking = true;
    const now = await ask(data.address, signal).finally(() => (asking = false));
    if (now === undefined || signal.aborted) return;
    // A browser without cookies is not known at this address. The page itself still knows the visitor.
    if (now?.shown !== data.now.shown && performance.now() - told > BETWEEN_RERUNS_MS) {
      told = performance.now();
      setTriggerValue("changed", told);
    }
    if (now === null) return;
    show(now);
    announce(data.training, now);
  };
  show(data.now);
  reveal(data.shown);
  const timer = setInterval(look, data.every);
  signal.addEventListener("abort", () => clearInterval(timer));
  document.addEventListener("visibilitychange", look, { signal });
  return end;
}

/**
 * Ask how a training stands.
 *
 * @param {string} address
 * @param {AbortSignal} signal
 * @returns {Promise<Moving | null | undefined>} null where the training is not known there; undefined where no
 *   answer comes
 */
async function ask(address, signal) {
  const either = AbortSignal.any([signal, AbortSignal.timeout(PATIENCE_MS)]);
  try {
    const answer = await fetch(new URL(address, document.baseURI), { signal: either });
    return answer.ok ? await answer.json() : null;
  } catch (error) {
    // The server is away or the page is left; where it comes back, so does the next answer.
    if (error instanceof TypeError || error instanceof DOMException) return undefined;
    throw error;
  }
}

/**
 * The bars with the line below them.
 *
 * @param {HTMLElement} root
 * @returns {(standing: Standing) => void} shows how a training stands
 */
function bars(root) {
  const list = element("div", { class: "all" });
  const line = element("small");
  const heard = element("p", { role: "status" });
  root.replaceChildren(list, line, heard);
  /** @type {ReturnType<typeof bar>[]} */
  const shown = [];
  return ({ bars, pace, spoken }) => {
    while (shown.length > bars.length) shown.pop()?.whole.remove();
    bars.forEach(([share, text], index) => {
      if (!shown[index]) list.append((shown[index] = bar()).whole);
      shown[index].set(share, text);
    });
    line.textContent = pace;
    // A screen reader says each epoch, not every half second.
    if (heard.textContent !== spoken) heard.textContent = spoken;
  };
}

function bar() {
  const label = element("span");
  const filling = element("div");
  const range = { "aria-valuemin": 0, "aria-valuemax": 100 };
  const track = element("div", { class: "track", role: "progressbar", ...range }, filling);
  /** @type {(share: number, text: string) => void} */
  const set = (share, text) => {
    label.textContent = text;
    track.setAttribute("aria-valuenow", String(Math.round(100 * share)));
    track.setAttribute("aria-label", text);
    filling.style.width = `${100 * share}%`;
  };
  return { whole: element("div", {}, label, track), set };
}
