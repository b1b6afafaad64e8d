// Bringing what a pick shows into sight: in a small window it stands far from what was pressed.

/** Scroll to what a selector names, where it begins far down or above. The page needs a moment to show it. */
function reveal(selector) {
  setTimeout(() => {
    const target = selector && document.querySelector(selector);
    const top = target?.getBoundingClientRect().top;
    if (!target || (top >= 0 && top < innerHeight / 2)) return;
    // Below the bar of the page.
    target.style.scrollMargin = "4rem 0 1rem";
    target.scrollIntoView({ block: "start" });
  }, 700);
}
