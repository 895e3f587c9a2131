// Each cell less a reference, with its interval drawn.

const WIDTH = 220;

/** Differences to one cell, turned round where it stands second. */
function differencesTo(sweep, reference) {
  const labels = new Map(sweep.cells.map((cell) => [cell.id, cell.label]));
  return sweep.differences.flatMap((d) => {
    if (d.a === reference) return [{...d, label: labels.get(d.b) ?? d.b}];
    if (d.b !== reference) return [];
    return [{...d, label: labels.get(d.a) ?? d.a, mean: -d.mean,
             low: isNumber(d.high) ? -d.high : null,
             high: isNumber(d.low) ? -d.low : null}];
  });
}

/** The interval as a bar on the scale [low, high], zero marked. */
function intervalBar(d, [low, high]) {
  const at = (x) => 6 + ((x - low) / (high - low)) * (WIDTH - 12);
  const line = (x1, x2, y1, y2, name) =>
    svgElement('line', {x1, x2, y1, y2, class: name});
  const parts = [line(at(0), at(0), 0, 22, 'zero')];
  if (isNumber(d.low)) {
    parts.push(line(at(d.low), at(d.high), 11, 11, 'bar'),
               line(at(d.low), at(d.low), 7, 15, 'bar'),
               line(at(d.high), at(d.high), 7, 15, 'bar'));
  }
  parts.push(svgElement('circle', {cx: at(d.mean), cy: 11, r: 4}));
  const sure = isNumber(d.low) && (d.low > 0 || d.high < 0);
  return svgElement('svg', {
    viewBox: `0 0 ${WIDTH} 22`, width: WIDTH, height: 22,
    class: sure ? 'interval sure' : 'interval', 'aria-hidden': 'true'},
    ...parts);
}

const pText = (p) =>
  (!isNumber(p) ? NONE : p < 0.001 ? '< 0.001' : fixed(p, 3));

/** Below 0: better than the reference, or than what it was. */
function verdict(d) {
  if (!isNumber(d.low)) return 'one seed';
  if (d.high < 0) return 'better';
  return d.low > 0 ? 'worse' : 'within noise';
}

/** Of a table of differences: what all of them have, with one scale. */
const differenceColumns = (range) => [
  {name: 'Difference', numeric: true, value: (d) => d.mean,
   cell: (d) => fixed(d.mean, 4)},
  {name: '95 % interval', numeric: true, value: (d) => d.low,
   cell: (d) => isNumber(d.low)
     ? `${fixed(d.low, 4)} to ${fixed(d.high, 4)}` : NONE},
  {name: 'Drawn', value: (d) => d.mean, cell: (d) => intervalBar(d, range)},
  {name: 'Verdict', value: verdict},
  {name: 'p', numeric: true, value: (d) => d.p, cell: (d) => pText(d.p)},
  {name: 'Seeds', numeric: true, value: (d) => d.seeds},
];

function makeDifferences() {
  const table = makeTable(byId('differences-table'), {
    caption: 'Paired differences', sort: [1, 1]});
  let sweep = null;

  function draw() {
    const rows = differencesTo(sweep, byId('reference').value);
    const range = rangeOf([0, ...rows.flatMap((d) => [d.low, d.mean, d.high])]);
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
      const paired = new Set(sweep.differences.flatMap((d) => [d.a, d.b]));
      const first = byId('reference').options.length === 0;
      fillSelect(byId('reference'), sweep.cells
        .filter((cell) => paired.has(cell.id))
        .map((cell) => [cell.id, cell.label]));
      if (first) byId('reference').value = bestCell(sweep, paired)?.id;
      draw();
    },
  };
}
