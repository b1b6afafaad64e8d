// Cards with a picture each; pressing one picks it.
export default function ({ data, parentElement, setTriggerValue }) {
  const list = parentElement.querySelector(".gallery");
  const focused = list.contains(document.activeElement) ? document.activeElement.value : null;
  list.setAttribute("aria-label", data.label);
  list.innerHTML = data.cards
    .map((card) => `<li><button type="button" value="${card.number}" aria-pressed="${card.number === data.picked}"
      title="${card.about}">${card.picture}<span class="words">${card.words}</span></button></li>`)
    .join("");
  if (focused !== null) list.querySelector(`[value="${focused}"]`)?.focus();
  list.onclick = (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    setTriggerValue("picked", Number(button.value));
    reveal(data.shown);
  };
}
