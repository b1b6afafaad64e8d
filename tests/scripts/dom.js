// A page without a browser, for what the scripts do with elements.
import { Window } from "happy-dom";

/** An empty page, whose names a script finds as it does in a browser. */
export function emptyPage() {
  const window = new Window();
  const names = /** @type {const} */ ([
    "document",
    "Element",
    "HTMLElement",
    "HTMLButtonElement",
    "HTMLInputElement",
    "HTMLTableElement",
    "HTMLCanvasElement",
    "matchMedia",
    "MouseEvent",
    "KeyboardEvent",
  ]);
  for (const name of names) {
    Object.defineProperty(globalThis, name, { value: window[name], configurable: true, writable: true });
  }
}

/**
 * Press a key where the keyboard is.
 *
 * @param {string} key
 * @returns {boolean} whether the page may scroll by it
 */
export function press(key) {
  const event = new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true });
  return (document.activeElement ?? document.body).dispatchEvent(event);
}

/**
 * Whether an element has the focus. Elements themselves are not given to `assert.equal`: where they differ, it
 * would write both out, with the whole page that hangs on them, which takes all memory.
 *
 * @param {Element} element
 */
export function keyboardIsAt(element) {
  return document.activeElement === element;
}
