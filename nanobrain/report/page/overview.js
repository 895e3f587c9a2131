// The few figures that a reader looks for first.

/** The cell of the least objective in f32, of those without a failed run. */
const bestCell = (sweep) =>
  sweep.cells.find(({id, f32}) => id === sweep.best && f32);

/** Its objective at a precision. */
const objectiveText = (cell, precision) =>
  measuredText(objective(), cell, precision);

/** How many cells these seeds cannot tell from one. */
function countAlike(sweep, cell) {
  return differencesTo(sweep, cell.id)
    .filter((d) => verdict(d) === 'within noise').length;
}

function tile(name, value, detail) {
  return element('div', {}, element('dt', {}, name),
    element('dd', {dir: 'auto'}, value),
    element('dd', {class: 'quiet', dir: 'auto'}, detail));
}

/** What the overview says of a sweep. */
function sweepTiles(sweep) {
  const {done = 0, failed = 0, running = 0, waiting = 0} = sweep.counts;
  const all = done + failed + running + waiting;
  const rest = [[failed, 'failed'], [running, 'running'], [waiting, 'waiting']]
    .filter(([count]) => count).map(([count, word]) => `${count} ${word}`);
  const tiles = [tile('Runs', `${done} of ${all} done`,
                      rest.join(', ') || `${sweep.cells.length} cells`)];
  if (running || waiting) {
    tiles[0].append(element('dd', {}, element('progress', {
      value: done, max: all, 'aria-label': 'Runs done'})));
  }
  if (sweep.mixed) {
    tiles.push(tile('Provenance', 'mixed', capital(sweep.mixed)));
  }
  const best = bestCell(sweep);
  if (!best) return tiles;
  const alike = countAlike(sweep, best);
  tiles.push(tile(`Fewest ${objective().title}`, objectiveText(best, 'f32'),
    best.label + (alike ? `; ${alike} more within noise` : '')));
  if (best.int8) {
    tiles.push(tile('The same in int8', objectiveText(best, 'int8'),
      ['int8', 'f32'].map((p) => short(best[p].bytes?.mean, 'B'))
        .join(' against ')));
  }
  const least = [...sweep.cells].filter((cell) => cell.f32)
    .sort((a, b) => a.parameters - b.parameters)[0];
  tiles.push(tile('Fewest parameters', short(least.parameters),
    element('span', {}, `${least.label}: `, objectiveText(least, 'f32'))));
  tiles.push(...ngramTiles(sweep), ...testTiles(sweep));
  return tiles;
}

function makeOverview() {
  return {
    update(sweep) {
      byId('overview').hidden = !sweep;
      if (sweep) byId('tiles').replaceChildren(...sweepTiles(sweep));
    },
  };
}
