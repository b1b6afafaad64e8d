// Where the keyboard stands: the arrow keys, the one stop of the Tab key in a group, and the focus that is kept.

/** @type {Readonly<Record<string, [down: number, right: number]>>} */
const WAYS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

/**
 * Listen to the arrow keys. The page does not scroll by them.
 *
 * @param {HTMLElement} element
 * @param {AbortSignal} signal
 * @param {(down: number, right: number) => boolean | void} move is false where it leaves the key to the page
 */
export function onArrows(element, signal, move) {
  element.addEventListener(
    "keydown",
    (event) => {
      const way = WAYS[event.key];
      if (way && move(...way) !== false) event.preventDefault();
    },
    { signal },
  );
}

/**
 * Listen to presses of the buttons in a group.
 *
 * @param {HTMLElement} group
 * @param {AbortSignal} signal
 * @param {(button: HTMLButtonElement) => void} press
 */
export function onPress(group, signal, press) {
  group.addEventListener(
    "click",
    ({ target }) => {
      const button = target instanceof Element && target.closest("button");
      if (button) press(button);
    },
    { signal },
  );
}

/**
 * The button in a group that has a value.
 *
 * @param {HTMLElement} group
 * @param {string | null} value
 */
function withValue(group, value) {
  return [...group.querySelectorAll("button")].find((button) => button.value === value);
}

/**
 * The button in a group that has the focus.
 *
 * @param {HTMLElement} group
 */
function focused(group) {
  const active = document.activeElement;
  return active instanceof HTMLButtonElement && group.contains(active) ? active : null;
}

/**
 * Fill a group anew. The button that has the focus keeps it: the new one with its value gets it, where there
 * is one, and the page does not scroll by that.
 *
 * @param {HTMLElement} group
 * @param {Node[]} children
 */
export function refill(group, children) {
  const value = focused(group)?.value ?? null;
  const roves = group.querySelector('[tabindex="-1"]') !== null;
  group.replaceChildren(...children);
  const again = value === null ? undefined : withValue(group, value);
  if (again && roves) stopAt(group, again);
  again?.focus({ preventScroll: true });
}

/**
 * Make one button of a group the one that the Tab key comes to.
 *
 * @param {HTMLElement} group
 * @param {HTMLButtonElement} button
 */
function stopAt(group, button) {
  for (const other of group.querySelectorAll("button")) other.tabIndex = -1;
  button.tabIndex = 0;
}

/**
 * Have the arrow keys lead from button to button of a group; the Tab key comes to one of them alone.
 *
 * @param {HTMLElement} group its buttons have a `tabindex`, one of them 0 and all others -1
 * @param {AbortSignal} signal
 * @param {(value: string, down: number, right: number) => string} next the value of the button to which an
 *   arrow leads; where there is none, the keyboard stays
 */
export function rove(group, signal, next) {
  /** @param {HTMLButtonElement} button */
  const goTo = (button) => {
    stopAt(group, button);
    button.focus();
  };
  onPress(group, signal, goTo);
  onArrows(group, signal, (down, right) => {
    const here = focused(group);
    const there = here && withValue(group, next(here.value, down, right));
    if (there) goTo(there);
  });
}
