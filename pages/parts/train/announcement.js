// What one part on the page tells the others of a training.

/** @import { Moving } from "../types.d.ts" */

const announcements = new EventTarget();

/**
 * Tell how a training stands.
 *
 * @param {string} training
 * @param {Moving} now
 */
export function announce(training, now) {
  announcements.dispatchEvent(new CustomEvent(training, { detail: now }));
}

/**
 * Hear how a training stands, each time it is told.
 *
 * @param {string} training
 * @param {AbortSignal} signal
 * @param {(now: Moving) => void} hear
 */
export function onAnnounced(training, signal, hear) {
  /** @param {Event} event */
  const listen = (event) => {
    if (event instanceof CustomEvent) hear(event.detail);
  };
  announcements.addEventListener(training, listen, { signal });
}
