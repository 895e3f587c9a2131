// Counted n-grams, which any model must beat, and the test text.

/** The best of each training budget, once, from the lowest. */
function ngramLevels(sweep) {
  const levels = new Map();
  for (const cell of sweep.cells) {
    if (cell.ngram) levels.set(cell.ngram.bits_per_byte, cell.ngram);
  }
  return [...levels.values()].sort((a, b) => a.bits_per_byte - b.bits_per_byte);
}

const inRed = (text, isLost) =>
  (isLost ? element('span', {class: 'loses'}, text) : text);

/** What the data says of a model beside its n-grams. */
const besideCounting = (model) => inRed(model?.beside || NONE, model?.loses);

/**
 * The column of the table of cells; none where nothing was counted. Paper has
 * room for the red figures and the table of n-grams alone.
 */
function ngramColumns(sweep) {
  if (!sweep.ngrams.length) return [];
  const bits = (cell) => cell.f32?.[objective().key].mean;
  return [{
    name: 'Beside counting', minor: true,
    title: 'f32, or int8 where that alone loses; sorted by f32',
    value: (cell) => (cell.ngram && isNumber(bits(cell))
      ? bits(cell) - cell.ngram.bits_per_byte : null),
    cell: ({f32, int8}) => (int8?.loses && !f32?.loses
      ? inRed(`int8 ${int8.beside}`, true) : besideCounting(f32))}];
}

/** The n-grams, below the cells. */
function makeNgrams() {
  const table = makeTable(byId('ngrams-table'), {caption: 'Counted n-grams'});
  return {
    update(sweep) {
      byId('ngrams').hidden = !sweep?.ngrams.length;
      if (!sweep) return;
      const labels = new Map(sweep.cells.map(({id, label}) => [id, label]));
      table.update([
        {name: 'N-gram', value: (row) => row.name},
        {name: capital(objective().title), numeric: true,
         value: (row) => row.bits_per_byte,
         cell: (row) => fixed(row.bits_per_byte, 4)},
        {name: 'Cells', value: (row) => row.losing,
         cell: (row) => inRed(
           row.losing ? `LOSES to it: ${row.losing} of ${row.cells.length}`
                      : 'all beat it', row.losing > 0)},
        {name: 'Counted tokens', numeric: true, value: (row) => row.tokens,
         cell: (row) => whole(row.tokens)},
        {name: 'Data seed', numeric: true, value: (row) => row.data_seed},
        {name: 'Trained as', value: (row) => labels.get(row.cells[0])},
      ], sweep.ngrams);
    },
  };
}

/** Dashed lines across a chart, each {y, name}. */
const levelLines = {
  id: 'levelLines',
  defaults: {levels: [], colour: '#000'},
  beforeDatasetsDraw(chart, _, {levels, colour}) {
    const {ctx, scales, chartArea: area} = chart;
    ctx.save();
    ctx.font = `12px ${Chart.defaults.font.family}`;
    ctx.strokeStyle = ctx.fillStyle = colour;
    for (const level of levels) {
      const y = scales.y.getPixelForValue(level.y);
      if (y < area.top || y > area.bottom) continue;
      ctx.lineWidth = 1.5;
      ctx.setLineDash([7, 4]);
      ctx.beginPath();
      ctx.moveTo(area.left, y);
      ctx.lineTo(area.right, y);
      ctx.stroke();
      ctx.textAlign = 'right';
      ctx.fillText(level.name, area.right - 4, y - 4);
    }
    ctx.restore();
  },
};

/** How many cells lose, and to what. */
function ngramTiles(sweep) {
  const levels = ngramLevels(sweep);
  if (!levels.length) return [];
  const counted = sweep.cells.filter(({ngram}) => ngram).length;
  const [best] = levels;
  return [tile('Beside counted n-grams',
    inRed(sweep.losing ? `${sweep.losing} of ${counted} cells LOSE`
                       : `All ${counted} cells win`, sweep.losing > 0),
    `${best.name} ${fixed(best.bits_per_byte, 4)}, ` +
    `counted on ${short(best.tokens)} tokens that the cells saw`)];
}

/** What was chosen on the validation text, on the test text. */
function testTiles(sweep) {
  if (!sweep.test) return [];
  const {looks, missing, confirmation, cells} = sweep.test;
  if (missing) {
    return [tile('On test', 'None',
      `${missing}: val was used both to choose and to report`)];
  }
  const times = looks === 1 ? 'looked at once'
                            : `looked at ${looks} times, so no test any more`;
  return cells.flatMap((cell) => {
    const label = sweep.cells.find(({id}) => id === cell.id)?.label ?? cell.id;
    const measured = Object.entries(cell.measured ?? {});
    if (measured.length > 0) {
      return measured.map(([name, value]) => tile(
        `On ${name}`, estimate(value, 4),
        `${label}; ${confirmation ? 'fresh seeds' : 'chosen'} on data.val: ` +
        `${estimate(cell.val, 4)}; ${times}`));
    }
    return tile('On test',
      inRed(estimate(cell.test, 4), cell.loses),
      element('span', {},
        `${label}; ${confirmation ? 'fresh seeds' : 'chosen'} on val: ` +
        `${estimate(cell.val, 4)}; ${times}; `,
        besideCounting(cell)));
  });
}
