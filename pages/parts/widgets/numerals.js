// Numbers as colours, pictures and small tables. What the parts that compute in the browser share.

const FRAME = "#ff9f1a";

const icon = (path) => `<svg viewBox="0 0 10 10" width="10" height="10" fill="currentColor" aria-hidden="true"><path d="${path}"/></svg>`;
const ICONS = { play: icon("M1 0v10l8-5z"), pause: icon("M1 0h3v10H1zM6 0h3v10H6z"), step: icon("M0 0v10l7-5zM7 0h2v10H7z") };

/** The float32 numbers of a base64 text. */
function floats(text) {
  return new Float32Array(Uint8Array.from(atob(text), (c) => c.charCodeAt(0)).buffer);
}

const largest = (values) => values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);

/** A number with so many decimals and a true minus sign. */
function written(value, decimals = 3) {
  const text = Math.abs(value).toFixed(decimals);
  return (value < 0 && Number(text) !== 0 ? "−" : "") + text;
}

/** A function from numbers to [r, g, b]: greys from 0, or the table of signed colours. */
function scale(limit, table) {
  const top = limit || 1;
  const clipped = (value, low) => Math.min(1, Math.max(low, value / top));
  if (!table) return (value) => Array(3).fill(Math.round(255 * clipped(value, 0)));
  return (value) => table[Math.round(127 * clipped(value, -1)) + 127];
}

/** Draw height × width numbers, `side` screen pixels each, with a margin of `pad` numbers around for what counts as zero. */
function paint(canvas, values, height, width, colour, pad = [0, 0, 0, 0]) {
  const [top, left, bottom, right] = pad;
  const rows = height + top + bottom, columns = width + left + right;
  const side = Math.max(2, Math.floor(Number(canvas.dataset.width) / columns));
  canvas.width = columns * side;
  canvas.height = rows * side;
  canvas.side = side;
  canvas.pad = pad;
  const context = canvas.getContext("2d");
  context.fillStyle = "rgb(128 128 128 / 35%)";
  context.fillRect(0, 0, canvas.width, canvas.height);
  for (let row = 0; row < height; row++)
    for (let column = 0; column < width; column++) {
      const [r, g, b] = colour(values(row, column));
      context.fillStyle = `rgb(${r} ${g} ${b})`;
      context.fillRect((column + left) * side, (row + top) * side, side, side);
    }
  canvas.clean = context.getImageData(0, 0, canvas.width, canvas.height);
}

/** Put a frame around [top, left, bottom, right], in numbers, on a painted canvas; another one is taken away. */
function frame(canvas, [top, left, bottom, right]) {
  const context = canvas.getContext("2d");
  const [above, before] = canvas.pad;
  const box = [(left + before) * canvas.side, (top + above) * canvas.side, (right - left) * canvas.side, (bottom - top) * canvas.side];
  context.putImageData(canvas.clean, 0, 0);
  for (const [colour, line] of [["#000", 5], [FRAME, 3]]) {
    context.strokeStyle = colour;
    context.lineWidth = line;
    context.strokeRect(...box);
  }
}

/** The row and column under a pointer, or null outside. */
function under(canvas, event) {
  const box = canvas.getBoundingClientRect();
  const [above, before] = canvas.pad;
  const column = Math.floor(((event.clientX - box.left) / box.width) * (canvas.width / canvas.side)) - before;
  const row = Math.floor(((event.clientY - box.top) / box.height) * (canvas.height / canvas.side)) - above;
  return [row, column];
}

/** Black or white, whichever stands out more on a colour: from a relative luminance (WCAG 2.1) of 0.179 on, black. */
function ink(...colour) {
  const [r, g, b] = colour.map((level) => (level <= 10 ? level / 3294.6 : ((level / 255 + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b > 0.179 ? "#000" : "#fff";
}

/** A table of numbers on their colours; without figures where too many stand beside each other. */
function grid(values, height, width, colour, chosen = -1) {
  const readable = width <= 7;
  const cell = (index) => {
    const [r, g, b] = colour(values[index]);
    const text = readable ? written(values[index], width <= 5 ? 3 : 2) : "";
    return `<td class="${index === chosen ? "chosen" : ""}" style="background:rgb(${r} ${g} ${b});color:${ink(r, g, b)}"
      ${readable ? "" : `title="${written(values[index])}"`}>${text}</td>`;
  };
  const row = (y) => `<tr>${Array.from({ length: width }, (_, x) => cell(y * width + x)).join("")}</tr>`;
  return `<table class="numbers ${readable ? "" : "dense"}">${Array.from({ length: height }, (_, y) => row(y)).join("")}</table>`;
}

/** One number through an activation, by its definition in Keras. */
function activated(name, x) {
  switch (name) {
    case "relu": return Math.max(0, x);
    case "tanh": return Math.tanh(x);
    case "sigmoid": return 1 / (1 + Math.exp(-x));
    case "elu": return x > 0 ? x : Math.expm1(x);
    case "swish": case "silu": return x / (1 + Math.exp(-x));
    case "gelu": return (x * (1 + erf(x / Math.SQRT2))) / 2;
    default: return x;
  }
}

/** Abramowitz and Stegun, "Handbook of mathematical functions", 7.1.26: exact to 1.5e-7. */
function erf(x) {
  const t = 1 / (1 + 0.3275911 * Math.abs(x));
  const series = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  return Math.sign(x) * (1 - series * Math.exp(-x * x));
}
