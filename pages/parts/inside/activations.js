// The activation functions, by their definitions in Keras.

/** @type {Readonly<Record<string, (x: number) => number>>} */
const FUNCTIONS = {
  linear: (x) => x,
  relu: (x) => Math.max(0, x),
  tanh: Math.tanh,
  sigmoid: (x) => 1 / (1 + Math.exp(-x)),
  elu: (x) => (x > 0 ? x : Math.expm1(x)),
  swish: (x) => x / (1 + Math.exp(-x)),
  silu: (x) => x / (1 + Math.exp(-x)),
  gelu: (x) => (x * (1 + erf(x / Math.SQRT2))) / 2,
};

/**
 * One number through an activation; one that is not known leaves it as it is.
 *
 * @param {string} name
 * @param {number} x
 */
export function activated(name, x) {
  return (FUNCTIONS[name] ?? FUNCTIONS.linear)(x);
}

/**
 * Abramowitz and Stegun, "Handbook of mathematical functions", 7.1.26: exact to 1.5e-7.
 *
 * @param {number} x
 */
function erf(x) {
  const t = 1 / (1 + 0.3275911 * Math.abs(x));
  const series =
    t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  return Math.sign(x) * (1 - series * Math.exp(-x * x));
}
