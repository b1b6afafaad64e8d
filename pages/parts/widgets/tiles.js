// One picture made of many; every tile is a button. With several frames, a slider and Play show them in turn.
export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".tiles");
  const [sheet, image, buttons, film, weights] =
    [".sheet", ".picture", ".buttons", ".film", ".weights"].map((name) => root.querySelector(name));
  root.stop?.();
  root.hidden = false;
  sheet.style.maxWidth = `${data.width}px`;
  buttons.setAttribute("aria-label", data.about);
  const rows = Math.ceil(data.labels.length / data.columns);
  const across = data.columns * (data.tile[0] + data.gap) + data.gap;
  const down = rows * (data.tile[1] + data.gap) + data.gap;
  const percent = (part, whole) => `${(100 * part) / whole}%`;

  const focused = buttons.contains(document.activeElement) ? document.activeElement.value : null;
  // The keyboard comes to what is picked, where that is here.
  const stop = data.picked >= data.first && data.picked < data.first + data.labels.length ? data.picked : data.first;
  buttons.innerHTML = data.labels
    .map((label, index) => {
      const left = data.gap + (index % data.columns) * (data.tile[0] + data.gap);
      const top = data.gap + Math.floor(index / data.columns) * (data.tile[1] + data.gap);
      const number = data.first + index;
      const box = `left:${percent(left, across)};top:${percent(top, down)};width:${percent(data.tile[0], across)};height:${percent(data.tile[1], down)}`;
      return `<button type="button" value="${number}" style="${box}" title="${label}" aria-label="${label}"
        aria-pressed="${number === data.picked}" tabindex="${number === stop ? 0 : -1}">${data.numbered ? `<i>${number}</i>` : ""}</button>`;
    })
    .join("");
  const all = [...buttons.children];
  const focus = (button) => {
    for (const other of all) other.tabIndex = -1;
    button.tabIndex = 0;
    button.focus();
  };
  if (focused !== null) { const again = all.find((button) => button.value === focused); if (again) focus(again); }

  // A pick sends the same film again: it stays where it is, and goes on playing.
  const same = root.shown?.frames.length === data.frames.length && data.frames.every((picture, number) => picture === root.shown.frames[number]);
  if (!same) root.shown = { frames: data.frames, frame: data.frames.length - 1, playing: false };
  const shown = root.shown;
  let over = null;
  const numbers = data.weights && floats(data.weights);
  const tell = () => {
    weights.hidden = !numbers || over === null;
    if (weights.hidden) return;
    const [height, width] = data.kernel;
    const size = height * width;
    const start = (shown.frame * data.labels.length + over) * size;
    const row = (y) => [...numbers.subarray(start + y * width, start + (y + 1) * width)]
      .map((value) => `<td>${written(value)}</td>`).join("");
    weights.innerHTML = `<caption>${data.labels[over]}</caption>` +
      Array.from({ length: height }, (_, y) => `<tr>${row(y)}</tr>`).join("");
  };
  const show = (number) => {
    shown.frame = number;
    image.innerHTML = data.frames[number];
    film.querySelector("input").value = number;
    film.querySelector("output").textContent = data.captions[number] ?? "";
    tell();
  };
  const hover = (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    over = Number(button.value) - data.first;
    tell();
  };
  buttons.onpointerover = hover;
  // Browsers have no property for this one.
  buttons.addEventListener("focusin", hover);
  buttons.onclick = (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    focus(button);
    setTriggerValue("picked", Number(button.value));
    reveal(data.shown);
  };
  buttons.onkeydown = (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: data.columns, ArrowUp: -data.columns }[event.key];
    const next = step && all[all.indexOf(event.target) + step];
    if (step) event.preventDefault();
    if (next) focus(next);
  };

  const play = film.querySelector("button");
  const slider = film.querySelector("input");
  film.hidden = data.frames.length < 2;
  slider.max = data.frames.length - 1;
  slider.setAttribute("aria-label", data.texts.epoch);
  // Who wants no motion takes one step at a time.
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  let timer = null;
  const playing = (on) => {
    clearInterval(timer);
    timer = on ? setInterval(() => (shown.frame < data.frames.length - 1 ? show(shown.frame + 1) : playing(false)), data.interval) : null;
    shown.playing = on;
    if (still) play.innerHTML = `${ICONS.step} ${data.texts.step}`;
    else play.innerHTML = on ? `${ICONS.pause} ${data.texts.pause}` : `${ICONS.play} ${data.texts.play}`;
  };
  play.onclick = () => {
    if (still) return show((shown.frame + 1) % data.frames.length);
    if (timer) return playing(false);
    if (shown.frame === data.frames.length - 1) show(0);
    playing(true);
  };
  slider.oninput = () => { playing(false); show(Number(slider.value)); };
  show(shown.frame);
  playing(shown.playing);
  root.stop = () => { clearInterval(timer); buttons.removeEventListener("focusin", hover); };
  return root.stop;
}
