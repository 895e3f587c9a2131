// Each cell less a reference, with its interval drawn.

const WIDTH = 220;

const minus = (x) => (isNumber(x) ? -x : null);

/** Differences to one cell, turned round where it stands second. */
function differencesTo(sweep, reference) {
  const labels = new Map(sweep.cells.map((cell) => [cell.id, cell.label]));
  return sweep.differences.flatMap((d) => {
    if (d.a === reference) return [{...d, label: labels.get(d.b) ?? d.b}];
    if (d.b !== reference) return [];
    return [{...d, label: labels.get(d.a) ?? d.a, mean: -d.mean,
             simultaneous_low: minus(d.simultaneous_high),
             simultaneous_high: minus(d.simultaneous_low)}];
  });
}

/** The simultaneous interval as a bar on the scale [low, high], zero marked. */
function intervalBar(d, [low, high]) {
  const at = (x) => 6 + ((x - low) / (high - low)) * (WIDTH - 12);
  const line = (x1, x2, y1, y2, name) =>
    svgElement('line', {x1, x2, y1, y2, class: name});
  const parts = [line(at(0), at(0), 0, 22, 'zero')];
  const [from, to] = [d.simultaneous_low, d.simultaneous_high];
  if (isNumber(from)) {
    parts.push(line(at(from), at(to), 11, 11, 'bar'),
               line(at(from), at(from), 7, 15, 'bar'),
               line(at(to), at(to), 7, 15, 'bar'));
  }
  parts.push(svgElement('circle', {cx: at(d.mean), cy: 11, r: 4}));
  return svgElement('svg', {
    viewBox: `0 0 ${WIDTH} 22`, width: WIDTH, height: 22,
    class: isSure(d) ? 'interval sure' : 'interval', 'aria-hidden': 'true'},
    ...parts);
}

const isSure = (d) => isNumber(d.p_adjusted) && d.p_adjusted < 0.05;

const pText = (p) =>
  (!isNumber(p) ? NONE : p < 0.001 ? '< 0.001' : fixed(p, 3));

/** Below 0: better than the reference, or than what it was. */
function verdict(d) {
  if (!isNumber(d.p_adjusted)) return 'not known';
  if (!isSure(d)) return 'within noise';
  return d.mean < 0 ? 'better' : 'worse';
}

/** What a scale of differences has to hold. */
const differenceEnds = (rows) => [0, ...rows.flatMap(
  (d) => [d.simultaneous_low, d.mean, d.simultaneous_high])];

/** Of a table of differences: what all of them have, with one scale. */
const differenceColumns = (range) => [
  {name: 'Difference', numeric: true, value: (d) => d.mean,
   cell: (d) => fixed(d.mean, 4)},
  {name: 'Simultaneous 95 %', numeric: true, value: (d) => d.simultaneous_low,
   title: 'All intervals of the table hold at once in 95 % of cases',
   cell: (d) => isNumber(d.simultaneous_low)
     ? `${fixed(d.simultaneous_low, 4)} to ${fixed(d.simultaneous_high, 4)}`
     : NONE},
  {name: 'Drawn', minor: true, value: (d) => d.mean, cell: (d) => intervalBar(d, range)},
  {name: 'Verdict', value: verdict},
  {name: 'Adjusted p', numeric: true, value: (d) => d.p_adjusted,
   cell: (d) => pText(d.p_adjusted)},
  {name: 'p', numeric: true, minor: true, value: (d) => d.p,
   cell: (d) => pText(d.p), title: 'Of this row alone'},
];

function makeDifferences() {
  const table = makeTable(byId('differences-table'), {
    caption: 'Differences', sort: [1, 1]});
  let sweep = null;

  function draw() {
    const rows = differencesTo(sweep, byId('reference').value);
    const range = rangeOf(differenceEnds(rows));
    table.update([
      {name: 'Cell', value: (d) => d.label},
      ...differenceColumns(range),
    ], rows);
  }

  byId('reference').addEventListener('change', draw);
  return {
    update(shownSweep) {
      sweep = shownSweep;
      byId('differences').hidden = !sweep?.differences.length;
      if (!sweep?.differences.length) return;
      byId('differences-model').textContent = `${capital(sweep.model)}.`;
      const compared = new Set(sweep.differences.flatMap((d) => [d.a, d.b]));
      const first = byId('reference').options.length === 0;
      fillSelect(byId('reference'), sweep.cells
        .filter((cell) => compared.has(cell.id))
        .map((cell) => [cell.id, cell.label]));
      if (first) byId('reference').value = sweep.best;
      draw();
    },
  };
}
