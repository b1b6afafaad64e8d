// A confusion matrix as a table of buttons. One press picks a cell, a second lets it go.
export default function ({ data, parentElement, setTriggerValue }) {
  const { counts, names, picked, texts } = data;
  const table = parentElement.querySelector("table");
  const focused = table.contains(document.activeElement) ? document.activeElement.dataset.place : null;
  const mistakes = counts.flatMap((row, truth) => row.filter((_, read) => read !== truth));
  const most = Math.max(1, ...mistakes);

  const cell = (truth, read) => {
    const count = counts[truth][read];
    const right = truth === read;
    const chosen = picked !== null && picked[0] === truth && picked[1] === read;
    const text = texts.cell.replace("{count}", count).replace("{truth}", names[truth]).replace("{read}", names[read]);
    // The diagonal has a quiet colour of its own, so that only mistakes compete.
    const share = right ? 14 : count === 0 ? 0 : 15 + 75 * (count / most);
    const colour = right ? "var(--st-primary-color)" : "var(--confusion-mistake)";
    const stop = picked === null ? truth === 0 && read === 0 : chosen;
    return `<td><button type="button" class="${right ? "right" : "wrong"}" data-place="${truth},${read}"
      style="background: color-mix(in srgb, ${colour} ${share}%, transparent)" tabindex="${stop ? 0 : -1}"
      aria-pressed="${chosen}" aria-label="${text}" title="${text}">${count || "·"}</button></td>`;
  };
  table.innerHTML = `<thead><tr><td></td>${names.map((name) => `<th scope="col"><span>${name}</span></th>`).join("")}</tr></thead>
    <tbody>${names.map((name, truth) =>
      `<tr><th scope="row">${name}</th>${names.map((_, read) => cell(truth, read)).join("")}</tr>`).join("")}</tbody>`;
  table.classList.toggle("long-names", names.some((name) => name.length > 2));
  parentElement.querySelector(".columns").textContent = texts.columns;
  parentElement.querySelector(".rows").textContent = texts.rows;

  const at = (place) => table.querySelector(`[data-place="${place}"]`);
  const focus = (button) => {
    table.querySelector('[tabindex="0"]').tabIndex = -1;
    button.tabIndex = 0;
    button.focus();
  };
  if (focused) focus(at(focused));

  table.onclick = (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    focus(button);
    const place = button.dataset.place.split(",").map(Number);
    setTriggerValue("picked", button.getAttribute("aria-pressed") === "true" ? "none" : place);
    reveal(data.shown);
  };
  table.onkeydown = (event) => {
    const move = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key];
    const button = event.target.closest("button");
    if (!move || !button) return;
    const [truth, read] = button.dataset.place.split(",").map(Number);
    const next = at(`${truth + move[0]},${read + move[1]}`);
    if (next) focus(next);
    event.preventDefault();
  };
}
