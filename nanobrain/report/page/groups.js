// Runs by cell, in the order of the cells; a run without one stands alone.

/** [{id, label, runs, series, dash}] of the runs that are shown. */
function groupRuns(report, sweep) {
  const groups = new Map();
  const styles = sweep ? cellStyles(sweep) : new Map();
  for (const cell of sweep?.cells ?? []) {
    groups.set(cell.id, {id: cell.id, label: cell.label, runs: [],
                         ngram: cell.ngram, ...styles.get(cell.id)});
  }
  let alone = 0;
  for (const run of report.runs) {
    if (run.sweep != null && run.sweep !== sweep?.name) continue;
    const group = run.sweep != null && groups.get(run.cell);
    if (group) {
      group.runs.push(run);
      continue;
    }
    groups.set(`run ${run.id}`, {
      id: `run ${run.id}`, label: run.id, runs: [run], series: alone % 8,
      dash: DASHES[Math.floor(alone++ / 8) % DASHES.length]});
  }
  return [...groups.values()].filter((group) => group.runs.length);
}

const seedName = (run) => (run.seed == null ? run.id : `seed ${run.seed}`);
