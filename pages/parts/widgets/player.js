// A button that plays frames one after the other, and pauses. With reduced motion it takes single steps.
import { icon } from "./icons.js";

/** @import { PlayerTexts } from "../types.d.ts" */

/** No timer of a browser keeps a shorter time well. */
const SHORTEST_MS = 30;

/**
 * @typedef {object} Film
 * @property {number} count how many frames there are
 * @property {number} pace milliseconds from one to the next
 * @property {(frame: number) => void} show shows one of them
 */

export class Player {
  /** The frame that is shown; -1 before the first. */
  frame = -1;
  playing = false;
  /** @type {ReturnType<typeof setInterval> | undefined} */
  #timer;

  /**
   * @param {HTMLButtonElement} button
   * @param {PlayerTexts} texts
   * @param {Film} film
   * @param {AbortSignal} signal ends it
   * @param {() => number} clock the milliseconds that have passed
   */
  constructor(button, texts, film, signal, clock = () => performance.now()) {
    this.button = button;
    this.texts = texts;
    this.film = film;
    this.clock = clock;
    this.still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    button.addEventListener("click", () => this.#press(), { signal });
    signal.addEventListener("abort", () => clearInterval(this.#timer));
    this.#name();
  }

  /**
   * Show a frame.
   *
   * @param {number} frame
   */
  show(frame) {
    this.frame = frame;
    this.film.show(frame);
  }

  /** Play on from the frame that is shown. */
  goOn() {
    clearInterval(this.#timer);
    this.playing = true;
    const { pace } = this.film;
    const began = this.clock() - this.frame * pace;
    // By the clock: a slow machine leaves frames out.
    const go = () => this.#goTo(Math.floor((this.clock() - began) / pace));
    this.#timer = setInterval(go, Math.max(SHORTEST_MS, pace));
    this.#name();
  }

  pause() {
    clearInterval(this.#timer);
    this.playing = false;
    this.#name();
  }

  /** Begin with the first frame the next time. */
  rewind() {
    this.frame = -1;
  }

  #press() {
    if (this.playing) return this.pause();
    // After the last comes the first.
    this.show((this.frame + 1) % this.film.count);
    if (!this.still) this.goOn();
  }

  /** @param {number} due */
  #goTo(due) {
    const last = this.film.count - 1;
    if (this.frame === last) this.pause();
    else if (due > this.frame) this.show(Math.min(due, last));
  }

  #name() {
    const name = this.still ? "step" : this.playing ? "pause" : "play";
    this.button.replaceChildren(icon(name), ` ${this.texts[name]}`);
  }
}
