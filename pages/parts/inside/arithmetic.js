// How a value of a layer comes about, computed here from the numbers of the network, without a round trip.

export default function ({ data, parentElement }) {
  const root = parentElement.querySelector(".arithmetic");
  root.stop?.();
  root.hidden = false;
  const view = data.vector ? new VectorView(root, data) : new MapView(root, data, data.stays ? root.place : null);
  root.stop = () => view.stop();
  return root.stop;
}

const filled = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);

/** A positive number, however small. */
function power(value) {
  if (value >= 1e-4 || value === 0) return written(value, 4);
  const [digits, exponent] = value.toExponential(1).split("e");
  return `${digits}·10<sup>${exponent.replace("-", "−")}</sup>`;
}

/** What the result line shows: parts joined by signs, then the network's own number beside ours. */
function resultLine(parts, ours, own, data) {
  const shown = parts.map(([sign, value, name]) =>
    `${sign ? `<span class="sign">${sign}</span>` : ""}<span>${value}<small>${name}</small></span>`);
  const agrees = Math.abs(ours - own) <= 1e-4 * Math.max(1, Math.abs(own));
  const checked = filled(agrees ? data.texts.agrees : data.texts.differs, { own: written(own, 5) });
  return `${shown.join("")}<span class="checked">${agrees ? "✓" : "✗"} ${checked}</span>`;
}

/** A pixel of an image: its one value, or its red, green and blue of 255. */
function pixelOf(image, y, x, [, width, channels]) {
  const start = (y * width + x) * channels;
  return channels === 3 ? [...image.subarray(start, start + 3)].map((value) => Math.round(255 * value)) : image[start];
}

/** Paint the image that the network was given into its figure. */
function paintImage(figure, { image, imageShape, texts }) {
  const [height, width, channels] = imageShape, values = floats(image);
  paint(figure.firstChild, (y, x) => pixelOf(values, y, x, imageShape), height, width, channels === 3 ? (pixel) => pixel : scale(1));
  figure.lastChild.textContent = texts.field;
  named(figure);
}

/** A picture is called what stands below it. */
function named({ firstChild: canvas, lastChild: caption }) {
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", caption.textContent);
}

/** A layer that gives maps: the window over its input, and one of its maps. */
class MapView {
  /** `place`, where it is given, is the [row, column] to begin with. */
  constructor(root, data, place) {
    Object.assign(this, { root, data, texts: data.texts });
    this.find = (name) => root.querySelector(name);
    this.input = floats(data.input);
    this.kernel = data.kernel && floats(data.kernel);
    this.before = floats(data.before);
    this.after = floats(data.after);
    this.pinned = -1;
    this.played = null;
    this.timer = null;
    this.colours();
    this.layOut();
    this.listen();
    this.at(...(place?.every((number, axis) => number < data.mapShape[axis]) ? place : this.strongest()));
  }

  colours() {
    const { colours: table, limit, signed, inputLimit, inputSigned } = this.data;
    this.inputColour = scale(inputLimit, inputSigned && table);
    this.mapColour = scale(limit, signed && table);
    if (!this.kernel) return;
    this.kernelColour = scale(largest(this.kernel), table);
    this.productColour = scale(largest(this.kernel) * inputLimit, table);
  }

  /** Paint what does not change with the pixel. */
  layOut() {
    const { data, texts } = this;
    this.find(".steps").innerHTML = "";
    const image = this.find(".image"), input = this.find(".input"), map = this.find(".map");
    image.hidden = data.inputIsImage;
    for (const figure of [input, map]) figure.hidden = false;
    this.find(".to").hidden = this.find(".controls").hidden = false;
    if (!image.hidden) paintImage(image, data);
    input.lastChild.textContent = this.withPadding(texts.window);
    named(input);
    map.lastChild.textContent = texts.map;
    map.firstChild.setAttribute("aria-label", texts.keys);
    paint(map.firstChild, (y, x) => this.after[y * data.mapShape[1] + x], ...data.mapShape, this.mapColour);
    this.whole = map.firstChild.clean;
    this.shownChannel = null;
    this.find(".shares").hidden = data.inputShape[2] === 1;
    this.find(".shares small").textContent = texts.shares;
    this.find(".shares label").innerHTML = `${texts.channel} <select><option value="-1">${texts.strongest}</option>${
      Array.from({ length: data.inputShape[2] }, (_, channel) => `<option value="${channel}">${channel}</option>`).join("")}</select>`;
    const play = this.find(".play");
    this.still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    play.innerHTML = this.still ? `${ICONS.step} ${texts.step}` : `${ICONS.play} ${texts.play}`;
  }

  withPadding(text) { return this.data.around.some((zeros) => zeros > 0) ? `${text}. ${this.texts.padded}` : text; }

  listen() {
    const canvas = this.find(".map canvas");
    const pointed = (event) => {
      const [row, column] = under(canvas, event);
      const [height, width] = this.data.mapShape;
      if (row < 0 || column < 0 || row >= height || column >= width) return;
      this.pause();
      this.at(row, column);
    };
    canvas.onpointermove = pointed;
    canvas.onpointerdown = pointed;
    canvas.onkeydown = (event) => {
      const move = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key];
      if (!move) return;
      event.preventDefault();
      this.pause();
      const [height, width] = this.data.mapShape;
      const inside = (value, size) => Math.min(size - 1, Math.max(0, value));
      this.at(inside(this.row + move[0], height), inside(this.column + move[1], width));
      this.find(".spoken").textContent = `${this.find(".place").textContent}. ${this.spoken}`;
    };
    this.find(".play").onclick = () => {
      if (this.still) return this.forward();
      if (this.timer) return this.pause();
      this.play();
    };
    const select = this.find(".shares select");
    select.onchange = () => { this.pinned = Number(select.value); this.at(this.row, this.column); };
    const bars = this.find(".shares canvas");
    const barUnder = (event) => {
      const box = bars.getBoundingClientRect(), count = this.data.inputShape[2];
      return Math.min(count - 1, Math.max(0, Math.floor(((event.clientX - box.left) / box.width) * count)));
    };
    bars.onpointermove = (event) => {
      const channel = barUnder(event);
      bars.title = filled(this.texts.adds, { channel, share: written(this.sharesOf[channel], 4) });
    };
    bars.onclick = (event) => { select.value = barUnder(event); select.onchange(); };
  }

  strongest() {
    let best = 0;
    this.after.forEach((value, index) => { if (value > this.after[best]) best = index; });
    return [Math.floor(best / this.data.mapShape[1]), best % this.data.mapShape[1]];
  }

  /** Slide the window over the input; the map appears behind it. */
  play() {
    const [height, width] = this.data.mapShape;
    if (this.played === null || this.played >= height * width) this.played = 0;
    this.find(".play").innerHTML = `${ICONS.pause} ${this.texts.pause}`;
    // Some twenty seconds for a whole map, whatever its size and the machine: a slow one leaves pixels out.
    const pace = Math.min(400, 20000 / (height * width)), began = performance.now() - this.played * pace;
    this.forward();
    this.timer = setInterval(() => {
      const due = Math.floor((performance.now() - began) / pace);
      if (due >= this.played) this.forward(due);
    }, Math.max(30, pace));
  }

  /** Go on to a pixel, counted row by row: the next one, or, where time has run on, a later one. */
  forward(next = this.played ?? 0) {
    const [height, width] = this.data.mapShape;
    const last = height * width - 1;
    if ((this.played ?? 0) > last) { this.pause(); this.played = null; return; }
    next = Math.min(next, last);
    this.at(Math.floor(next / width), next % width, next);
    this.played = next + 1;
  }

  pause() {
    clearInterval(this.timer);
    this.timer = null;
    if (!this.still) this.find(".play").innerHTML = `${ICONS.play} ${this.texts.play}`;
  }

  stop() { this.pause(); }

  /** The numbers under the window for one input channel, zeros beyond the border. */
  patch(top, left, channel) {
    const { window, inputShape: [height, width, channels] } = this.data;
    const values = new Float64Array(window * window);
    for (let y = 0; y < window; y++)
      for (let x = 0; x < window; x++) {
        const row = top + y, column = left + x;
        if (row >= 0 && column >= 0 && row < height && column < width)
          values[y * window + x] = this.input[(row * width + column) * channels + channel];
      }
    return values;
  }

  /** Show how the value at a row and column comes about; while playing, `played` pixels have appeared. */
  at(row, column, played = null) {
    Object.assign(this, { row, column });
    this.root.place = [row, column];
    if (played === null) this.played = null;
    const { data } = this;
    const top = row * data.stride - data.padding[0], left = column * data.stride - data.padding[1];
    this.box = [top, left, top + data.window, left + data.window];
    const index = row * data.mapShape[1] + column;
    this.own = { before: this.before[index], after: this.after[index] };
    this.find(".place").textContent = filled(this.texts.place, { row, column });
    if (data.kind === "conv2d") this.convolved(top, left);
    else if (data.kind.endsWith("pool2d")) this.pooled(top, left);
    else this.alone(top, left);
    this.frames(row, column, played);
  }

  frames(row, column, played) {
    const { data } = this;
    const image = this.find(".image canvas"), input = this.find(".input canvas"), map = this.find(".map canvas");
    if (!data.inputIsImage) {
      const [rows, columns] = [data.fieldRows[row], data.fieldColumns[column]];
      frame(image, [rows[0], columns[0], rows[1], columns[1]]);
    }
    const colour = data.inputIsImage && data.inputShape[2] === 3;
    const channel = this.channel ?? 0;
    if (this.shownChannel !== channel) {
      this.shownChannel = channel;
      const [height, width, channels] = data.inputShape;
      paint(input, colour ? (y, x) => pixelOf(this.input, y, x, data.inputShape) : (y, x) => this.input[(y * width + x) * channels + channel],
        height, width, colour ? (pixel) => pixel : this.inputColour, data.around);
      if (!data.inputIsImage) this.find(".input figcaption").textContent = this.withPadding(filled(this.texts.input, { channel: data.onlyChannel ?? channel }));
    }
    frame(input, this.box);
    map.clean = this.whole;
    frame(map, [row, column, row + 1, column + 1]);
    if (played !== null) this.hideAhead(map, played);
  }

  hideAhead(map, played) {
    const context = map.getContext("2d");
    const width = this.data.mapShape[1], row = Math.floor(played / width), column = played % width;
    context.fillStyle = "rgb(128 128 128 / 82%)";
    context.fillRect((column + 1) * map.side, row * map.side, map.width, map.side);
    context.fillRect(0, (row + 1) * map.side, map.width, map.height);
  }

  convolved(top, left) {
    const { window, inputShape: [, , channels], bias, activation } = this.data;
    const size = window * window;
    const shares = new Float64Array(channels);
    const patches = [];
    for (let channel = 0; channel < channels; channel++) {
      const patch = this.patch(top, left, channel);
      patches.push(patch);
      for (let place = 0; place < size; place++) shares[channel] += patch[place] * this.kernel[place * channels + channel];
    }
    const sum = shares.reduce((total, share) => total + share, 0);
    const strongest = shares.reduce((best, share, channel) => (Math.abs(share) > Math.abs(shares[best]) ? channel : best), 0);
    this.channel = this.pinned < 0 ? strongest : this.pinned;
    const kernel = Float64Array.from({ length: size }, (_, place) => this.kernel[place * channels + this.channel]);
    const patch = patches[this.channel];
    const products = patch.map((value, place) => value * kernel[place]);
    this.steps([
      [this.texts.patch, grid(patch, window, window, this.inputColour)], ["×"],
      [this.texts.kernel, grid(kernel, window, window, this.kernelColour)], ["="],
      [this.texts.products, grid(products, window, window, this.productColour)],
    ]);
    if (channels > 1) this.share(shares);
    this.result(sum, bias, activation, shares);
  }

  share(shares) {
    this.sharesOf = shares;
    const canvas = this.find(".shares canvas");
    const most = largest(shares) || 1, wide = 640 / shares.length, high = 56;
    canvas.width = 640;
    canvas.height = high;
    const context = canvas.getContext("2d");
    context.fillStyle = "rgb(128 128 128 / 18%)";
    context.fillRect(0, 0, canvas.width, high);
    shares.forEach((share, channel) => {
      const length = (share / most) * (high / 2 - 2);
      if (channel === this.channel) {
        context.fillStyle = "rgb(255 159 26 / 55%)";
        context.fillRect(channel * wide, 0, wide, high);
      }
      context.fillStyle = share < 0 ? "#d66014" : "#1f6cc4";
      context.fillRect(channel * wide + 0.5, high / 2 - Math.max(0, length), Math.max(1, wide - 1), Math.max(1, Math.abs(length)));
    });
    const text = filled(this.texts.share, { channel: this.channel, share: written(shares[this.channel], 4), channels: shares.length });
    this.find(".shares p").textContent = text;
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", text);
  }

  result(sum, bias, activation, shares) {
    const before = sum + bias, after = activated(activation, before);
    const { texts, own, channel } = this;
    // The products that are shown are those of one input map; the sum is over all of them.
    const parts = shares.length === 1 ? [["", written(sum, 4), texts.sum]] : [
      ["", written(shares[channel], 4), filled(texts.fromShown, { channel })],
      ["+", written(sum - shares[channel], 4), filled(texts.fromOthers, { count: shares.length - 1 })],
      ["=", written(sum, 4), texts.sum],
    ];
    parts.push(["+", written(bias, 4), texts.bias], ["=", written(before, 4), texts.before]);
    if (activation !== "linear") parts.push(["→", `<b>${written(after, 4)}</b>`, activation === "relu" ? `ReLU: max(0, ${written(before, 4)})` : activation]);
    this.finish(parts, after, own.after);
  }

  finish(parts, ours, own) {
    const line = this.find(".result");
    line.innerHTML = resultLine(parts, ours, own, this.data);
    Object.assign(line.dataset, { value: ours, own, row: this.row, column: this.column });
    this.spoken = `${parts.map(([sign, value, name]) => `${sign} ${name} ${value}`).join(" ")}`.replace(/<[^>]+>/g, "");
  }

  pooled(top, left) {
    const { window, kind } = this.data;
    const patch = this.patch(top, left, 0);
    const mean = kind === "average_pool2d";
    const chosen = mean ? -1 : patch.reduce((best, value, place) => (value > patch[best] ? place : best), 0);
    const value = mean ? patch.reduce((total, each) => total + each, 0) / patch.length : patch[chosen];
    this.steps([[this.texts.patch, grid(patch, window, window, this.inputColour, chosen)]]);
    this.finish([["→", `<b>${written(value, 4)}</b>`, mean ? this.texts.mean : this.texts.stays]], value, this.own.after);
  }

  alone(top, left) {
    const value = this.patch(top, left, 0)[0];
    this.steps([]);
    if (!this.kernel) return this.finish([["", `<b>${written(value, 4)}</b>`, this.texts.unchanged]], value, this.own.after);
    const result = value * this.kernel[0] + this.data.bias;
    this.finish([
      ["", written(value, 4), this.texts.value], ["×", written(this.kernel[0], 4), this.texts.scale],
      ["+", written(this.data.bias, 4), this.texts.shift], ["=", `<b>${written(result, 4)}</b>`, this.texts.normalised],
    ], result, this.own.after);
  }

  steps(parts) {
    this.find(".steps").innerHTML = parts
      .map(([title, content]) => (content ? `<div><span>${title}</span>${content}</div>` : `<span class="sign">${title}</span>`))
      .join("");
  }
}

/** A layer that gives a vector: one of its units. */
class VectorView {
  constructor(root, data) {
    Object.assign(this, { root, data, texts: data.texts });
    this.find = (name) => root.querySelector(name);
    const image = this.find(".image");
    image.hidden = false;
    paintImage(image, data);
    frame(image.firstChild, data.field);
    for (const name of [".input", ".map", ".to", ".controls", ".shares"]) this.find(name).hidden = true;
    this.find(".spoken").textContent = "";
    if (data.kind === "dense") this.weighed();
    else this.alone();
  }

  stop() {}

  weighed() {
    const { data, texts } = this;
    const input = floats(data.input), kernel = floats(data.kernel);
    const products = Float64Array.from(input, (value, place) => value * kernel[place]);
    const sum = products.reduce((total, product) => total + product, 0);
    const order = [...products.keys()].sort((a, b) => Math.abs(products[b]) - Math.abs(products[a]));
    const shown = order.slice(0, 10);
    const others = sum - shown.reduce((total, place) => total + products[place], 0);
    const rows = shown.map((place) => `<tr><td>${this.nameOf(place)}</td><td>${written(input[place], 4)}</td>
      <td>${written(kernel[place], 4)}</td><td>${written(products[place], 4)}</td></tr>`);
    if (order.length > shown.length) rows.push(`<tr><td>${filled(texts.others, { count: (order.length - shown.length).toLocaleString() })}</td><td></td><td></td><td>${written(others, 4)}</td></tr>`);
    const heads = [texts.inputs, texts.value, texts.weight, texts.product].map((text) => `<th scope="col">${text}</th>`).join("");
    const caption = data.scores ? `<caption>${filled(texts.terms, { name: data.names[data.unit] })}</caption>` : "";
    this.find(".steps").innerHTML = `<table class="terms">${caption}<thead><tr>${heads}</tr></thead><tbody>${rows.join("")}</tbody></table>${this.softmax()}`;
    const before = sum + data.bias;
    const parts = [["", written(sum, 4), texts.sum], ["+", written(data.bias, 4), texts.bias], ["=", written(before, 4), texts.before]];
    if (data.activation === "softmax") return this.finish(parts, before, data.ownBefore);
    const after = activated(data.activation, before);
    if (data.activation !== "linear") parts.push(["→", `<b>${written(after, 4)}</b>`, data.activation === "relu" ? `ReLU: max(0, ${written(before, 4)})` : data.activation]);
    this.finish(parts, after, data.ownAfter);
  }

  /** Where an input of the vector stood in the maps that were flattened. */
  nameOf(place) {
    const shape = this.data.flattened;
    if (!shape) return place;
    const [, width, channels] = shape;
    return filled(this.texts.flattened, { place, row: Math.floor(place / (width * channels)), column: Math.floor(place / channels) % width, map: place % channels });
  }

  softmax() {
    const { data, texts } = this;
    if (data.activation !== "softmax") return "";
    const scores = floats(data.scores);
    const top = Math.max(...scores);
    const exponentials = [...scores].map((score) => Math.exp(score - top));
    const total = exponentials.reduce((sum, each) => sum + each, 0);
    const rows = exponentials.map((each, number) => `<tr class="${number === data.unit ? "chosen" : ""}"><td>${data.names[number]}</td>
      <td>${written(scores[number], 4)}</td><td>${power(each)}</td><td data-probability="${each / total}">${((100 * each) / total).toFixed(2)}%</td></tr>`);
    const heads = [texts.class, texts.score, `e<sup>${texts.score} − ${written(top, 2)}</sup>`, texts.probability].map((text) => `<th scope="col">${text}</th>`).join("");
    return `<table class="terms softmax"><caption>${texts.softmax}</caption><thead><tr>${heads}</tr></thead><tbody>${rows.join("")}
      <tr><td>${texts.total}</td><td></td><td>${written(total, 4)}</td><td>100%</td></tr></tbody></table>`;
  }

  alone() {
    const { data, texts } = this;
    const value = floats(data.input)[0];
    this.find(".steps").innerHTML = data.flattened && data.kind === "flatten" ? `<p>${texts.flattenedFrom} ${this.nameOf(data.unit)}</p>` : "";
    if (!data.kernel) return this.finish([["", `<b>${written(value, 4)}</b>`, texts.unchanged]], value, data.ownAfter);
    const factor = floats(data.kernel)[0];
    const result = value * factor + data.bias;
    this.finish([
      ["", written(value, 4), texts.value], ["×", written(factor, 4), texts.scale],
      ["+", written(data.bias, 4), texts.shift], ["=", `<b>${written(result, 4)}</b>`, texts.normalised],
    ], result, data.ownAfter);
  }

  finish(parts, ours, own) {
    const line = this.find(".result");
    line.innerHTML = resultLine(parts, ours, own, this.data);
    Object.assign(line.dataset, { value: ours, own });
  }
}
