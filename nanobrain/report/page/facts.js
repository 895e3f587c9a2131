// Machines and builds, each with the runs that it made.

const FACT_TEXT = {memory_bytes: (x) => short(x, 'B')};

function factRows(facts) {
  return Object.entries(facts ?? {}).flatMap(([name, value]) => [
    element('dt', {}, name.replaceAll('_', ' ')),
    element('dd', {dir: 'auto'}, (FACT_TEXT[name] ?? configText)(value))]);
}

function makeFacts() {
  return {
    update(report) {
      const kinds = new Map();
      for (const {host, build} of report.runs) {
        const key = JSON.stringify([host, build]);
        const kind = kinds.get(key) ?? {host, build, runs: 0};
        ++kind.runs;
        kinds.set(key, kind);
      }
      byId('facts').hidden = !kinds.size;
      byId('facts-list').replaceChildren(...[...kinds.values()].map((kind) =>
        element('article', {class: 'card'},
          element('h3', {}, `${kind.runs} run${kind.runs === 1 ? '' : 's'}`),
          element('dl', {class: 'facts'},
                  ...factRows(kind.host), ...factRows(kind.build)))));
    },
  };
}
