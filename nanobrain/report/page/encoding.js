// How cells and precisions are told apart: colour, and for readers who do not
// see it, shape and dashes too.

const DASHES = [[], [7, 4], [2, 3], [9, 3, 2, 3], [14, 4]];
const PRECISIONS = ['f32', 'int8'];
const POINT_STYLES = {f32: 'circle', int8: 'triangle'};

/** A key without its section: num_layers. */
const keyName = (key) => key.slice(key.indexOf('.') + 1);

/**
 * The keys in which cells may differ: the grid's, and those that a value of the
 * grid set together.
 */
function gridKeys(sweep) {
  const set = new Set(
    sweep.cells.flatMap((cell) => Object.keys(cell.overrides)));
  return [...new Set([...sweep.keys, ...set])].filter((key) => set.has(key));
}

/** The values of a key in the cells: numbers by size, others by text. */
function valuesOf(cells, key) {
  const values = new Map();
  for (const cell of cells) {
    const value = cell.overrides[key];
    values.set(configText(value), value);
  }
  return [...values].sort(([a, x], [b, y]) =>
    (isNumber(x) && isNumber(y) ? x - y : a.localeCompare(b)))
    .map(([text]) => text);
}

/**
 * cell id -> {series, dash}: colour by the sweep's first key, dashes by its
 * second; by the cell itself where there are no keys.
 */
function cellStyles(sweep) {
  const [first, second] = sweep.keys;
  const colours = first ? valuesOf(sweep.cells, first) : [];
  const dashes = second ? valuesOf(sweep.cells, second) : [];
  return new Map(sweep.cells.map((cell, i) => {
    const place = (values, key) =>
      values.indexOf(configText(cell.overrides[key]));
    const colour = first ? place(colours, first) : i;
    const dash = second ? place(dashes, second) : Math.floor(colour / 8);
    return [cell.id, {series: colour % 8, dash: DASHES[dash % DASHES.length]}];
  }));
}

/** A point as the chart draws it. state: a key of FRONT_WORDS. */
function pointSymbol(precision, colour, state = 'on') {
  const look = {
    fill: isOnFront(state) ? colour : 'none', stroke: colour,
    'fill-opacity': state === 'noise' ? 0.3 : 1, 'stroke-width': 1.6,
    'stroke-opacity': isOnFront(state) || state === 'off' ? 1 : 0.5,
  };
  const shape = precision === 'int8'
    ? svgElement('path', {d: 'M8 2.5 13.5 12.5H2.5Z', ...look})
    : svgElement('circle', {cx: 8, cy: 8, r: 5, ...look});
  return svgElement('svg', {viewBox: '0 0 16 16', width: 16, height: 16,
                            'aria-hidden': 'true'}, shape);
}

/** A line as the chart draws it. */
function lineSymbol(colour, dash) {
  return svgElement('svg', {viewBox: '0 0 32 10', width: 32, height: 10,
                            'aria-hidden': 'true'},
    svgElement('line', {x1: 0, y1: 5, x2: 32, y2: 5, stroke: colour,
                        'stroke-width': 2.5,
                        'stroke-dasharray': dash.join(' ')}));
}
