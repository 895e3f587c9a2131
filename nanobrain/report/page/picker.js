// Boxes that say which runs are drawn: one a cell, and one a seed in it.

function makePicker(redraw) {
  const list = byId('picker-list');
  const dropped = new Set(); // ids of runs that the reader took out
  let groups = [];

  const isPicked = (run) => !dropped.has(run.id);

  function set(runs, picked) {
    for (const run of runs) {
      if (picked) dropped.delete(run.id);
      else dropped.add(run.id);
    }
    mark();
    redraw();
  }

  function box(runs, name, ...label) {
    const input = element('input', {
      type: 'checkbox', 'aria-label': name,
      onchange: () => set(runs, input.checked)});
    input.runs = runs;
    return element('label', {class: 'check'}, input, ...label);
  }

  /** Boxes as the choice has them; a cell's is mixed where its seeds differ. */
  function mark() {
    for (const input of list.querySelectorAll('input')) {
      const picked = input.runs.filter(isPicked).length;
      input.checked = picked === input.runs.length;
      input.indeterminate = picked > 0 && !input.checked;
    }
  }

  function row(group) {
    const colour = themeColours().series[group.series];
    const seeds = group.runs.length < 2 ? [] : group.runs.map((run) =>
      box([run], `${group.label}, ${seedName(run)}`, String(run.seed)));
    return element('li', {},
      box(group.runs, group.label, lineSymbol(colour, group.dash),
          element('span', {dir: 'auto'}, group.label)),
      seeds.length ? element('span', {class: 'seeds'}, 'seeds ', ...seeds)
                   : null);
  }

  function filter() {
    const words = byId('picker-filter').value.toLowerCase();
    groups.forEach((group, i) => {
      list.children[i].hidden = !group.label.toLowerCase().includes(words);
    });
  }

  const shown = () => groups.filter((_, i) => !list.children[i].hidden)
    .flatMap((group) => group.runs);
  byId('picker-all').addEventListener('click', () => set(shown(), true));
  byId('picker-none').addEventListener('click', () => set(shown(), false));
  byId('picker-filter').addEventListener('input', filter);

  return {
    isPicked,
    update(newGroups) {
      groups = newGroups;
      list.replaceChildren(...groups.map(row));
      mark();
      filter();
    },
  };
}
