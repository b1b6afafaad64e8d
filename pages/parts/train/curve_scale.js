// The scales of a diagram: round numbers along a side, and from where to where it goes.

/**
 * Round numbers between two others, about `count` of them.
 *
 * @param {number} low
 * @param {number} high
 * @param {number} count
 */
export function ticks(low, high, count) {
  const rough = (high - low) / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const times = [1, 2, 5].find((each) => each * power >= rough * 0.999) ?? 10;
  const step = power * times;
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  return { step, values: Array.from({ length: last - first + 1 }, (_, index) => (first + index) * step) };
}

/**
 * So many decimals as tell one multiple of a step from the next.
 *
 * @param {number} step
 */
export function decimals(step) {
  return Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
}

/**
 * From where to where a side goes that shows values from 0 to `most`, with some room around them.
 *
 * @param {number[]} values
 * @param {number} most
 * @returns {[low: number, high: number]}
 */
export function range(values, most) {
  const low = Math.min(...values);
  const high = Math.max(...values);
  const room = 0.05 * (high - low) || 0.05 * (Math.abs(high) || 1);
  return [Math.max(0, low - room), Math.min(most, high + room)];
}
