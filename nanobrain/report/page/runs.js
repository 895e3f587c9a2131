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

function makeRuns() {
  const table = makeTable(byId('runs-table'), {caption: 'Runs'});
  const number = (name, value, text, title) => ({
    name, value, numeric: true, title, cell: (row) => text(value(row))});
  const columns = [
    {name: 'Run', value: ({group}) => group.label},
    number('Seed', ({run}) => run.seed, (x) => configText(x ?? undefined)),
    {name: 'State', value: ({run}) => run.state,
     cell: ({run}) => stateCell(run)},
    number('Step', ({run}) => lastOf(run.train?.step) ?? run.result?.steps,
           whole),
    number('Training loss', ({run}) => lastOf(run.train?.loss),
           (x) => fixed(x, 4), 'The last one logged'),
    number('f32 bits/byte', ({run}) => run.result?.val_bits_per_byte ??
           lastOf(run.validation?.bits_per_byte), (x) => fixed(x, 4),
           'Of the result; of the last evaluation where there is none yet'),
    number('int8 bits/byte', ({run}) => run.result?.int8_val_bits_per_byte,
           (x) => fixed(x, 4)),
    number('Tokens/s', ({run}) => run.result?.tokens_per_s ??
           lastOf(run.train?.tokens_per_s), whole),
    number('Time', ({run}) => run.result?.elapsed_s ??
           lastOf(run.train?.elapsed_s), duration),
    number('Peak memory', ({run}) => run.result?.peak_rss_bytes,
           (x) => short(x, 'B')),
    number('Threads', ({run}) => run.result?.threads, whole),
  ];
  return {
    update(groups) {
      const rows = groups.flatMap(
        (group) => group.runs.map((run) => ({group, run})));
      byId('runs').hidden = !rows.length;
      table.update(columns, rows);
    },
  };
}
