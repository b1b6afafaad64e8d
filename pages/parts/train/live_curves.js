// Loss and accuracy over the epochs, side by side or, where there is no room, one below the other.
const AT_FIRST = 380, HEIGHT = 210, LEFT = 50, RIGHT = 10, TOP = 12, BOTTOM = 40;

/** Round numbers between two others, about `count` of them. */
function ticks(low, high, count) {
  const rough = (high - low) / count, power = 10 ** Math.floor(Math.log10(rough));
  const step = power * [1, 2, 5, 10].find((times) => times * power >= rough * 0.999);
  const first = Math.ceil(low / step - 1e-9);
  return { step, values: Array.from({ length: Math.floor(high / step + 1e-9) - first + 1 }, (_, index) => (first + index) * step) };
}

/** So many decimals as tell one multiple of a step from the next. */
const decimals = (step) => Math.max(0, -Math.floor(Math.log10(step) + 1e-9));

export default function ({ data, parentElement }) {
  const root = parentElement.querySelector(".live-curves");
  root.stop?.();
  const { texts } = data;
  const panels = [
    { name: texts.loss, column: 1, tick: (value, step) => value.toFixed(decimals(step)), exact: (value) => value.toFixed(4) },
    { name: texts.accuracy, column: 2, tick: (value, step) => `${(100 * value).toFixed(decimals(100 * step))}%`,
      exact: (value) => `${(100 * value).toFixed(2)}%` },
  ];
  root.innerHTML = panels.map(({ name }) => `<figure><figcaption>${name}</figcaption>
    <svg height="${HEIGHT}" aria-hidden="true"></svg><p></p></figure>`).join("");
  root.insertAdjacentHTML("beforeend", '<div role="status"></div>');
  root.setAttribute("role", "group");
  root.setAttribute("aria-label", data.about);
  root.tabIndex = 0;
  // As wide as its place is, so that its words keep their size.
  let curves = data.curves, over = null, drawn = "", width = AT_FIRST;

  const every = () => [...curves.training, ...curves.validation];
  const ends = () => Math.max(1, ...every().map(([epoch]) => epoch));
  const draw = () => {
    const last = ends();
    width = root.querySelector("svg").clientWidth || AT_FIRST;
    const x = (epoch) => LEFT + (epoch / last) * (width - LEFT - RIGHT);
    panels.forEach((panel, index) => {
      const figure = root.children[index];
      figure.querySelector("svg").innerHTML = plot(panel, x, last);
      figure.querySelector("p").innerHTML = read(panel);
    });
  };

  const plot = ({ column, tick }, x, last) => {
    const values = every().map((point) => point[column]).filter(Number.isFinite);
    let low = Math.min(...values), high = Math.max(...values);
    const room = 0.05 * (high - low) || 0.05 * (Math.abs(high) || 1);
    low = Math.max(0, low - room);
    high = column === 2 ? Math.min(1, high + room) : high + room;
    const y = (value) => TOP + ((high - value) / (high - low)) * (HEIGHT - TOP - BOTTOM);
    const path = (points) => points.map((point, place) => `${place ? "L" : "M"}${x(point[0]).toFixed(1)} ${y(point[column]).toFixed(1)}`).join("");
    const dot = (point, kind) => `<circle class="${kind}" cx="${x(point[0]).toFixed(1)}" cy="${y(point[column]).toFixed(1)}" r="3.2"/>`;
    const across = ticks(low, high, 5), along = ticks(0, last, 5);
    const upright = (epoch, kind) => `<line class="${kind}" x1="${x(epoch)}" x2="${x(epoch)}" y1="${TOP}" y2="${HEIGHT - BOTTOM}"/>`;
    return [
      ...across.values.map((value) => `<line class="rule" x1="${LEFT}" x2="${width - RIGHT}" y1="${y(value)}" y2="${y(value)}"/>
        <text class="end" x="${LEFT - 6}" y="${y(value) + 4}">${tick(value, across.step)}</text>`),
      ...along.values.map((epoch) => `<text class="middle" x="${x(epoch)}" y="${HEIGHT - BOTTOM + 17}">${Number(epoch.toFixed(6))}</text>`),
      `<text class="middle" x="${(LEFT + width - RIGHT) / 2}" y="${HEIGHT - 5}">${texts.epoch}</text>`,
      data.mark ? upright(data.mark, "mark") : "",
      `<path class="training" d="${path(curves.training)}"/>`,
      // One point alone makes no line.
      curves.training.length === 1 ? dot(curves.training[0], "training") : "",
      `<path class="validation" d="${path(curves.validation)}"/>`,
      ...curves.validation.map((point) => dot(point, "validation")),
      over === null ? "" : upright(nearest(curves.training)?.[0] ?? 0, "over"),
    ].join("");
  };

  /** The point under the pointer; without one, the last. */
  const nearest = (points) => over === null ? points.at(-1)
    : points.reduce((best, point) => (best && Math.abs(best[0] - over) <= Math.abs(point[0] - over) ? best : point), null);
  const read = ({ column, exact }) => ["training", "validation"].map((kind) => {
    const point = nearest(curves[kind]);
    const epoch = point && over !== null ? ` (${texts.epoch} ${Number(point[0].toFixed(2))})` : "";
    return `<span class="${kind}">${texts[kind]} <b>${point ? exact(point[column]) : "–"}</b>${epoch}</span>`;
  }).join("") + (data.mark ? `<span class="goes-on">${texts.mark}</span>` : "");

  const show = (later) => {
    const text = JSON.stringify(later);
    if (text === drawn) return;
    [curves, drawn] = [later, text];
    if (every().length) draw();
  };
  root.onpointermove = (event) => {
    const svg = event.target.closest?.("svg");
    if (!svg) return;
    const box = svg.getBoundingClientRect();
    const share = (event.clientX - box.left - LEFT) / (width - LEFT - RIGHT);
    over = ends() * Math.min(1, Math.max(0, share));
    draw();
  };
  root.onpointerleave = () => { over = null; draw(); };
  // Arrows go from epoch to epoch, and what is read there is said.
  root.onkeydown = (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    const epochs = curves.validation.map(([epoch]) => epoch);
    if (!step || !epochs.length) return;
    event.preventDefault();
    const here = epochs.filter((epoch) => epoch < (over ?? Infinity)).length;
    over = epochs[Math.min(epochs.length - 1, Math.max(0, here + step))];
    draw();
    root.lastElementChild.textContent = `${texts.epoch} ${over}. ` + panels.map(({ name }, index) =>
      `${name}: ${root.children[index].querySelector("p").innerText.replaceAll("\n", ", ")}`).join(". ");
  };
  root.onblur = () => { over = null; if (every().length) draw(); };
  const hear = ({ detail }) => detail.training === data.training && show(detail.curves);
  show(curves);
  addEventListener("cnn-training", hear);
  const resized = new ResizeObserver(() => every().length && draw());
  resized.observe(root);
  root.stop = () => { removeEventListener("cnn-training", hear); resized.disconnect(); };
  return root.stop;
}
