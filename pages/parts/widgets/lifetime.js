// How long a component does what it began: each run of the page mounts it anew on the element that is there.

/** @type {WeakMap<Element, AbortController>} */
const lives = new WeakMap();

/**
 * End what was begun on an element before, and begin anew.
 *
 * @param {Element} element
 * @returns {{ signal: AbortSignal, end: () => void }} what to listen with, and what ends it, for Streamlit
 */
export function lifetime(element) {
  lives.get(element)?.abort();
  const own = new AbortController();
  lives.set(element, own);
  return { signal: own.signal, end: () => own.abort() };
}
