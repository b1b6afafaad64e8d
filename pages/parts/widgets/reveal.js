// Bringing what a pick shows into sight: in a small window it stands far from what was pressed.

const PAGE_NEEDS_MS = 700;

/**
 * Scroll to what a selector names, where it begins far down or above.
 *
 * @param {string | null} selector
 */
export function reveal(selector) {
  // The page needs a moment to show it.
  setTimeout(() => {
    const target = selector && document.querySelector(selector);
    if (!(target instanceof HTMLElement)) return;
    const { top } = target.getBoundingClientRect();
    if (top >= 0 && top < innerHeight / 2) return;
    // Below the bar of the page.
    target.style.scrollMargin = "4rem 0 1rem";
    target.scrollIntoView({ block: "start" });
  }, PAGE_NEEDS_MS);
}
