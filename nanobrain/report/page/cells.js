// The table of cells.

/** The mean over seeds of int8 less f32, bits per byte. */
function int8Cost(cell) {
  return cell.f32 && cell.int8
    ? cell.int8.bits_per_byte.mean - cell.f32.bits_per_byte.mean : null;
}

/** The costs on whose front a cell lies; ~ where within noise only. */
function frontText(cell) {
  const front = cell.f32?.front ?? {};
  return COSTS.filter(({key}) => front[key] && front[key] !== 'off')
    .map(({key, brief}) => (front[key] === 'noise' ? '~' : '') + brief)
    .join(', ') || NONE;
}

/** Columns of one precision. */
function precisionColumns(precision) {
  const of = (member) => (cell) => cell[precision]?.[member];
  return [
    {name: `${precision} bits/byte`, numeric: true,
     value: (cell) => of('bits_per_byte')(cell)?.mean,
     cell: (cell) => estimate(of('bits_per_byte')(cell), 4)},
    {name: `${precision} perplexity`, numeric: true, minor: true,
     value: (cell) => of('perplexity')(cell)?.mean,
     cell: (cell) => estimate(of('perplexity')(cell), 2)},
    {name: `${precision} size`, numeric: true, value: of('bytes'),
     cell: (cell) => short(of('bytes')(cell), 'B')},
    {name: `${precision} ms`, numeric: true,
     title: 'Forward pass of 64 tokens, all logits, median',
     value: (cell) => of('forward_ms')(cell)?.mean,
     cell: (cell) => estimate(of('forward_ms')(cell), 2)},
  ];
}

function cellColumns(sweep) {
  const number = (name, value, text, title) =>
    ({name, value, numeric: true, cell: (cell) => text(value(cell)), title});
  const minor = (column) => ({...column, minor: true});
  return [
    {name: 'Cell', value: (cell) => cell.label},
    ...sweep.keys.map((key) => ({
      name: keyName(key), title: key, minor: true,
      value: (cell) => cell.overrides[key],
      numeric: sweep.cells.every((cell) => isNumber(cell.overrides[key])),
      cell: (cell) => configText(cell.overrides[key])})),
    ...precisionColumns('f32').slice(0, 2),
    {name: 'Front', value: frontText,
     title: 'f32: on the front against these; ~ within noise only'},
    number('Parameters', (cell) => cell.parameters, whole),
    ...precisionColumns('f32').slice(2),
    ...precisionColumns('int8').slice(0, 1),
    number('int8 \u2212 f32', int8Cost, (x) => fixed(x, 4),
           'Mean over seeds, bits per byte'),
    ...precisionColumns('int8').slice(2),
    number('Training FLOPs', (cell) => cell.train_flops,
           (x) => significant(x, 3)),
    minor(number('Steps', (cell) => cell.steps, whole)),
    minor(number('Tokens', (cell) => cell.tokens, short)),
    number('Seeds', (cell) => cell.seeds.length, whole),
    minor(number('Failed', (cell) => cell.failed, whole)),
  ];
}

function makeCells() {
  const table = makeTable(byId('cells-table'), {caption: 'Cells'});
  return {
    update(sweep) {
      byId('cells').hidden = !sweep?.cells.length;
      if (sweep) table.update(cellColumns(sweep), sweep.cells);
    },
  };
}
