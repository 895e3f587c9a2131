// Lines of the curves: points, smoothing, mean and range over seeds.

/**
 * Exponential moving average, without the pull of its start: the weights of
 * the values so far are divided by their sum.
 */
function smooth(values, weight) {
  let sum = 0;
  let total = 0;
  return values.map((value) => {
    sum = weight * sum + (1 - weight) * value;
    total = weight * total + (1 - weight);
    return sum / total;
  });
}

/** [{step, x, y}] of a run; what is no number is left out. */
function curveOf(run, part, member, across, smoothing) {
  const log = run[part] ?? {};
  const [steps = [], xs = [], ys = []] = [log.step, log[across], log[member]];
  const points = steps.map((step, i) => ({step, x: xs[i], y: ys[i]}))
    .filter(({x, y}) => isNumber(x) && isNumber(y));
  const smoothed = smooth(points.map(({y}) => y), smoothing);
  return points.map((point, i) => ({...point, y: smoothed[i]}));
}

/** Mean, least and greatest at the steps that all the curves have. */
function meanCurve(curves) {
  const [first, ...rest] = curves.map(
    (curve) => new Map(curve.map((point) => [point.step, point])));
  const mean = (numbers) => numbers.reduce((a, b) => a + b) / numbers.length;
  return [...first.keys()]
    .filter((step) => rest.every((curve) => curve.has(step)))
    .map((step) => {
      const points = [first, ...rest].map((curve) => curve.get(step));
      const [low, high] = rangeOf(points.map(({y}) => y));
      return {step, x: mean(points.map(({x}) => x)),
              y: mean(points.map(({y}) => y)), low, high};
    });
}
