// The network from left to right; pressing a layer opens it.
export default function ({ data, parentElement, setTriggerValue }) {
  const list = parentElement.querySelector(".poster");
  const focused = list.contains(document.activeElement) ? document.activeElement.value : null;
  list.setAttribute("aria-label", data.label);
  list.innerHTML = data.columns
    .map(({ picture, title, shape, number }) =>
      `<li><button type="button" value="${number}" ${number < 0 ? "disabled" : `aria-pressed="${number === data.picked}"`}>
        <span class="strip-picture">${picture}</span><span class="words"><b>${title}</b><small>${shape}</small></span></button></li>`)
    .join("");
  if (focused !== null) list.querySelector(`[value="${focused}"]`)?.focus({ preventScroll: true });
  list.onclick = (event) => {
    const button = event.target.closest("button");
    if (button) setTriggerValue("picked", Number(button.value));
  };
}
