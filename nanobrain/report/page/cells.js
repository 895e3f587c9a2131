// The table of cells.

/** The mean over seeds of int8 less f32. */
function int8Cost(cell) {
  const {key} = objective();
  return cell.f32 && cell.int8 ? cell.int8[key].mean - cell.f32[key].mean
                               : null;
}

/** The costs on whose front a cell is; ~ where within noise only. */
function frontText(cell) {
  if (cell.failed) return 'incomplete';
  const front = cell.f32?.front ?? {};
  return costs().filter(({key}) => isOnFront(front[key]))
    .map(({key, brief}) => (front[key] === 'noise' ? '~' : '') + brief)
    .join(', ') || NONE;
}

/** An estimate of a cell, in red where that is worse than counting. */
function measuredText(figure, cell, precision) {
  const own = cell[precision];
  return inRed(estimateText(figure, own?.[figure.key]),
               figure === objective() && own?.loses);
}

/** The column of a figure, of a precision where it has two. */
function figureColumn(figure, precision) {
  const known = (cell) => cell[figure.key] !== undefined;
  const unit = figure.format === 'bytes' || !figure.unit ? ''
                                                         : `, ${figure.unit}`;
  return {
    name: perPrecision(figure) ? `${precision} ${figure.brief}${unit}`
                               : figureName(figure),
    title: figureName(figure), numeric: true,
    minor: figure.role === 'fact' || figure.role === 'loss',
    value: (cell) => meanOf(figure, cell, precision),
    cell: (cell) => (known(cell)
      ? figureText(figure)(cell[figure.key])
      : cell.censored[figure.key] ?? measuredText(figure, cell, precision))};
}

/** Of the figures, those of int8 behind the last one that has two. */
function figureColumns(sweep) {
  const shown = FIGURES.filter(({brief}) => brief);
  const twice = shown.filter(perPrecision);
  const up = twice.filter(({role}) => role !== 'cost');
  const last = shown.indexOf(twice[twice.length - 1]) + 1;
  const columns = (figures, precision) =>
    figures.map((figure) => figureColumn(figure, precision));
  const digits = figureText(objective());
  return [
    ...columns(up, 'f32'),
    ...ngramColumns(sweep),
    {name: 'Front', value: frontText,
     title: 'f32: on the front against these; ~ within noise only'},
    ...columns(shown.slice(0, last).filter((f) => !up.includes(f)), 'f32'),
    figureColumn(objective(), 'int8'),
    {name: 'int8 \u2212 f32', numeric: true, value: int8Cost,
     cell: (cell) => digits(int8Cost(cell)),
     title: `Mean over seeds, ${objective().title}`},
    ...columns(twice.filter((f) => !up.includes(f)), 'int8'),
    ...columns(shown.slice(last), 'f32'),
  ];
}

function cellColumns(sweep) {
  return [
    {name: 'Cell', value: (cell) => cell.label},
    ...sweep.keys.map((key) => ({
      name: keyName(key), title: key, minor: true,
      value: (cell) => cell.overrides[key],
      numeric: sweep.cells.every((cell) => isNumber(cell.overrides[key])),
      cell: (cell) => configText(cell.overrides[key])})),
    ...figureColumns(sweep),
    {name: 'Seeds', numeric: true, value: (cell) => cell.seeds.length},
    {name: 'Failed', numeric: true, minor: true,
     value: (cell) => cell.failed},
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
