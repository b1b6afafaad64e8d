// A layer that gives a vector: one of its units.
import { element, find } from "../widgets/elements.js";
import { floats, written } from "../widgets/numerals.js";
import { filled } from "../widgets/texts.js";
import { activated } from "./activations.js";
import { termsRow, termsTable } from "./number_tables.js";
import { Figure, paintImage } from "./painting.js";
import { activationParts, part, scaled, showResult } from "./result.js";
import { outstanding, placeInMaps, products, softmax, sum } from "./sums.js";

/** @import { UnitData } from "../types.d.ts" */
/** @import { Part } from "./result.js" */

const MOST_TERMS = 10;
const OF_MAPS_ALONE = [".input", ".map", ".to", ".controls", ".shares"];

/**
 * Show how the value of a unit comes about.
 *
 * @param {HTMLElement} root
 * @param {UnitData} data
 */
export function showUnit(root, data) {
  const image = new Figure(find(root, ".image", HTMLElement));
  image.whole.hidden = false;
  paintImage(image, data);
  image.painting.frame(data.field);
  for (const name of OF_MAPS_ALONE) find(root, name, HTMLElement).hidden = true;
  find(root, ".spoken", HTMLElement).textContent = "";
  const { steps, parts, value, own } = data.kind === "dense" ? weighed(data) : alone(data);
  find(root, ".steps", HTMLElement).replaceChildren(...steps);
  showResult(find(root, ".result", HTMLElement), parts, value, own, data.texts);
}

/** @typedef {{ steps: Node[], parts: Part[], value: number, own: number }} Shown */

/**
 * A unit that weighs all its inputs.
 *
 * @param {UnitData} data
 * @returns {Shown}
 */
function weighed(data) {
  const { activation, bias, texts } = data;
  const input = floats(data.input);
  const kernel = floats(data.kernel ?? "");
  const terms = products(input, kernel);
  const total = sum(terms);
  const before = total + bias;
  const steps = [termsShown(data, input, kernel, terms)];
  const parts = [part("", total, texts.sum), part("+", bias, texts.bias), part("=", before, texts.before)];
  if (data.scores !== null) {
    steps.push(probabilities(data, floats(data.scores)));
    return { steps, parts, value: before, own: data.ownBefore };
  }
  const value = activated(activation, before);
  return {
    steps,
    parts: [...parts, ...activationParts(activation, before, value)],
    value,
    own: data.ownAfter,
  };
}

/**
 * The largest products, and what all others add.
 *
 * @param {UnitData} data
 * @param {Float64Array} input
 * @param {Float64Array} kernel
 * @param {Float64Array} terms
 */
function termsShown(data, input, kernel, terms) {
  const { texts } = data;
  const { places, others, rest } = outstanding(terms, MOST_TERMS);
  const rows = places.map((place) =>
    termsRow(nameOf(place, data), ...[input, kernel, terms].map((values) => written(values[place], 4))),
  );
  const count = others.toLocaleString();
  if (others) rows.push(termsRow(filled(texts.others, { count }), "", "", written(rest, 4)));
  const caption = data.scores === null ? "" : filled(texts.terms, { name: data.names[data.unit] });
  return termsTable("", caption, [texts.inputs, texts.value, texts.weight, texts.product], rows);
}

/**
 * What an input of the vector is called: where it stood in the maps that were laid out as it, if there were any.
 *
 * @param {number} place
 * @param {UnitData} data
 */
function nameOf(place, { flattened, texts }) {
  if (!flattened) return String(place);
  return filled(texts.flattened, { place, ...placeInMaps(place, flattened) });
}

/**
 * From the scores of all classes to their probabilities.
 *
 * @param {UnitData} data
 * @param {Float64Array} scores
 */
function probabilities({ texts, names, unit }, scores) {
  const { top, powers, total, probabilities } = softmax(scores);
  const rows = names.map((name, number) => {
    const share = probabilities[number];
    const row = termsRow(name, written(scores[number], 4), power(powers[number]));
    row.className = number === unit ? "chosen" : "";
    row.append(element("td", { "data-probability": share }, percent(share)));
    return row;
  });
  rows.push(termsRow(texts.total, "", written(total, 4), "100%"));
  const raised = element("span", {}, "e", element("sup", {}, `${texts.score} − ${written(top, 2)}`));
  return termsTable("softmax", texts.softmax, [texts.class, texts.score, raised, texts.probability], rows);
}

/** @param {number} share */
const percent = (share) => `${(100 * share).toFixed(2)}%`;

/**
 * A positive number, however small.
 *
 * @param {number} value
 */
function power(value) {
  if (value >= 1e-4 || value === 0) return written(value, 4);
  const [digits, exponent] = value.toExponential(1).split("e");
  return element("span", {}, `${digits}·10`, element("sup", {}, exponent.replace("-", "−")));
}

/**
 * A unit that comes from one number alone.
 *
 * @param {UnitData} data
 * @returns {Shown}
 */
function alone(data) {
  const { texts, kind, flattened, unit } = data;
  const kernel = data.kernel === null ? null : floats(data.kernel);
  const { parts, result } = scaled(floats(data.input)[0], kernel, data.bias, texts);
  const from = kind === "flatten" && flattened;
  const steps = from ? [element("p", {}, `${texts.flattenedFrom} ${nameOf(unit, data)}`)] : [];
  return { steps, parts, value: result, own: data.ownAfter };
}
