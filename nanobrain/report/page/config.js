// Where the configurations of the cells differ.

/** The values of a key in a group's runs, each once. */
function groupValues(group, key) {
  return [...new Set(group.runs.map((run) => configText(run.config?.[key])))];
}

function makeConfig() {
  const table = makeTable(byId('config-table'), {caption: 'Configuration'});
  let groups = [];

  function draw() {
    const keys = [...new Set(groups.flatMap((group) =>
      group.runs.flatMap((run) => Object.keys(run.config ?? {}))))];
    const rows = keys
      .map((key) => ({key, values: groups.map((g) => groupValues(g, key))}))
      .filter(({values}) => byId('config-all').checked ||
              new Set(values.map(String)).size > 1 || values[0].length > 1);
    byId('config').hidden = !keys.length;
    table.update([
      {name: 'Key', value: ({key}) => key},
      ...groups.map((group, i) => ({
        name: group.label, value: ({values}) => values[i].join(', ')})),
    ], rows);
  }

  byId('config-all').addEventListener('change', draw);
  return {
    update(newGroups) {
      groups = newGroups;
      draw();
    },
  };
}
