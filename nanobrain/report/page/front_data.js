// What the chart of the front shows, out of a sweep.

const FRONT_WORDS = {
  on: 'on the front',
  noise: 'on the front within noise only',
  off: 'off the front',
  off_noise: 'off the front within noise only',
  incomplete: 'incomplete: a run failed',
};

/** On the front by its mean. */
const isOnFront = (state) => state === 'on' || state === 'noise';

/** The costs, each with a front, and the keys that are numbers everywhere. */
function axesAcross(sweep) {
  const numeric = sweep.keys.filter((key) =>
    sweep.cells.every((cell) => isNumber(cell.overrides[key])));
  const cost = (figure) => ({
    key: figure.key, name: figureName(figure), text: axisText(figure),
    isCost: true,
    of: (cell, precision) => meanOf(figure, cell, precision),
    estimate: (cell, precision) => cell[precision]?.[figure.key]});
  return [...costs().map(cost), ...numeric.map((key) => ({
    key: `key:${key}`, name: key, text: (x) => significant(x, 4),
    of: (cell) => cell.overrides[key],
    ticks: valuesOf(sweep.cells, key).map(Number)}))];
}

/** Ends of the bar of an estimate: an interval, a deviation or nothing. */
function barOf(e, bars) {
  // All seeds alike, as of a file's size: no bar.
  if (!e || bars === 'none' || e.low === e.high) return [null, null];
  if (bars === 'interval') return [e.low, e.high];
  return isNumber(e.sd) ? [e.mean - e.sd, e.mean + e.sd] : [null, null];
}

/** The points of one precision, by rising cost. */
function frontPoints(sweep, precision, across, up, bars) {
  const points = [];
  for (const cell of sweep.cells) {
    const measured = cell[precision];
    if (!measured || !isNumber(measured[up]?.mean)) continue;
    const x = across.of(cell, precision);
    if (!isNumber(x)) continue;
    const [yLow, yHigh] = barOf(measured[up], bars);
    const [xLow, xHigh] = barOf(across.estimate?.(cell, precision), bars);
    points.push({x, y: measured[up].mean, yLow, yHigh, xLow, xHigh, cell,
                 precision, state: measured.front?.[across.key] ?? 'off'});
  }
  return points.sort((a, b) => a.x - b.x);
}

/** Points by the value of a key, each group with its text. */
function groupsByKey(sweep, points, key) {
  return valuesOf(sweep.cells, key).map((value, i) => ({
    name: `${keyName(key)} ${value}`, series: i % 8,
    points: points.filter(
      (point) => configText(point.cell.overrides[key]) === value)}));
}
