// The figures that the report lists: what tables, axes and fronts are made of.

let FIGURES = []; // as report.figures has them

const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);
const costs = () => FIGURES.filter(({role}) => role === 'cost');
const objective = () => FIGURES.find(({role}) => role === 'objective');
/** What cells are compared by comes first. */
const losses = () =>
  [objective(), ...FIGURES.filter(({role}) => role === 'loss')];
const perPrecision = (figure) => figure.results.length === 2;

/** How a mean reads in a table, by its format (base/table.h). */
function figureText({format}) {
  const [, digits, kind] = /^\{:\.(\d)([fg])\}$/.exec(format) ?? [];
  if (kind === 'f') return (x) => fixed(x, Number(digits));
  if (kind === 'g') return (x) => significant(x, Number(digits));
  return {bytes: (x) => short(x, 'B'), duration}[format] ?? whole;
}

/** And at an axis, where there is less room. */
function axisText({format, unit}) {
  if (format === 'bytes') return (x) => short(x, unit);
  if (format === 'count') return short;
  return (x) => significant(x, 3) + (unit && `\u202f${unit}`);
}

/** An estimate over seeds with its interval, or a mean alone. */
function estimateText(figure, e) {
  const decimals = /^\{:\.(\d)f\}$/.exec(figure.format)?.[1];
  return decimals === undefined ? figureText(figure)(e?.mean)
                                : estimate(e, Number(decimals));
}

/** What arithmetic knows of a cell, or the mean over its seeds. */
const meanOf = (figure, cell, precision) =>
  cell[figure.key] ?? cell[precision]?.[figure.key]?.mean;

const figureName = ({title, unit}) =>
  capital(title) + (unit ? ` (${unit})` : '');
