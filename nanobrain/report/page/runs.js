// The table of runs: what became of each.

const STATE_MARKS = {done: '\u2713', failed: '\u2717', running: '\u25b6',
                     interrupted: '\u2016', waiting: '\u2026'};

/** A state with its mark; what went wrong stands below it. */
function stateCell(run) {
  return element('span', {},
    element('span', {class: `state state-${run.state}`},
            `${STATE_MARKS[run.state] ?? ''} ${run.state}`),
    run.error ? element('span', {class: 'error', dir: 'auto'}, run.error)
              : null);
}

const lastOf = (values) => values?.[values.length - 1];

/** The columns of a figure: of its result, else the last of its curve. */
function runColumns(figure) {
  const [part, member] = figure.live.split('.');
  return figure.results.map((result, i) => {
    const value = ({run}) => run.result?.[result] ??
      (i === 0 ? lastOf(run[part]?.[member]) : undefined);
    return {
      value, numeric: true,
      cell: (row) => inRed(figureText(figure)(value(row)),
        figure === objective() && row.group.ngram &&
        value(row) > row.group.ngram.bits_per_byte),
      name: perPrecision(figure) ? `${PRECISIONS[i]} ${figure.brief}`
                                 : capital(figure.title),
      title: figure.live && i === 0 &&
        'Of the result; the last one logged where there is none yet'};
  });
}

function makeRuns() {
  const table = makeTable(byId('runs-table'), {caption: 'Runs'});
  const number = (name, value, text, title) => ({
    name, value, numeric: true, title, cell: (row) => text(value(row))});
  const columns = () => [
    {name: 'Run', value: ({group}) => group.label},
    number('Seed', ({run}) => run.seed, (x) => configText(x ?? undefined)),
    {name: 'State', value: ({run}) => run.state,
     cell: ({run}) => stateCell(run)},
    number('Step', ({run}) => lastOf(run.train?.step) ?? run.result?.steps,
           whole),
    number('Training loss', ({run}) => lastOf(run.train?.loss),
           (x) => fixed(x, 4), 'The last one logged'),
    ...FIGURES.filter((figure) => figure.of_runs).flatMap(runColumns),
  ];
  return {
    update(groups) {
      const rows = groups.flatMap(
        (group) => group.runs.map((run) => ({group, run})));
      byId('runs').hidden = !rows.length;
      table.update(columns(), rows);
    },
  };
}
