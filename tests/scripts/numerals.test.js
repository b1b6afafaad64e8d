// `widgets/numerals.js` and `widgets/texts.js`: numbers as they come, as people read them, and as colours.
import assert from "node:assert/strict";
import { test } from "node:test";

import { floats, ink, largest, scale, written } from "../../pages/parts/widgets/numerals.js";
import { filled } from "../../pages/parts/widgets/texts.js";

test("numbers come out of their text as they went in", () => {
  const sent = new Float32Array([0, -1.5, 3e38, 1e-20]);
  const text = Buffer.from(sent.buffer).toString("base64");
  assert.deepEqual([...floats(text)], [...sent]);
});

test("a number is written with a true minus sign, and no zero has one", () => {
  assert.equal(written(-1.23456), "−1.235");
  assert.equal(written(1.5, 2), "1.50");
  assert.equal(written(-0.0001), "0.000");
  assert.equal(written(-0), "0.000");
});

test("the farthest number from zero counts, on either side; of none it is zero", () => {
  assert.equal(largest(Float64Array.of(1, -3, 2)), 3);
  assert.equal(largest(new Float64Array()), 0);
});

test("greys go from black at zero to white at the limit, and no farther", () => {
  const colour = scale(2, null);
  const greys = [-1, 0, 1, 2, 5].map((value) => colour(value)[0]);
  assert.deepEqual(greys, [0, 0, 128, 255, 255]);
  assert.deepEqual(scale(0, null)(0), [0, 0, 0]);
});

test("signed numbers have the colours of a table, the middle one for zero", () => {
  const table = Array.from(
    { length: 255 },
    (_, place) => /** @type {[number, number, number]} */ ([place, 0, 0]),
  );
  const places = [-9, -2, -1, 0, 1, 2, 9].map((value) => scale(2, table)(value)[0]);
  assert.deepEqual(places, [0, 0, 64, 127, 191, 254, 254]);
});

test("figures stand out on each colour: by WCAG's contrast, at least 4.5 to 1", () => {
  const levels = [0, 64, 128, 192, 255];
  /** @param {number} level */
  const linear = (level) =>
    level / 255 <= 0.04045 ? level / 255 / 12.92 : ((level / 255 + 0.055) / 1.055) ** 2.4;
  for (const r of levels) {
    for (const g of levels) {
      for (const b of levels) {
        const ground = 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
        const contrast = ink([r, g, b]) === "#000" ? (ground + 0.05) / 0.05 : 1.05 / (ground + 0.05);
        assert.ok(contrast >= 4.5, `${[r, g, b]}: ${contrast}`);
      }
    }
  }
});

test("values go into their places of a text, as they are; what has no value stays", () => {
  assert.equal(filled("{a} of {b}: {a}", { a: "$&", b: 2 }), "$& of 2: $&");
  assert.equal(filled("{unknown}", {}), "{unknown}");
});
