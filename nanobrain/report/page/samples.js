// What the models wrote.

function sampleCard(heading, sample) {
  return element('article', {class: 'card'},
    element('h3', {dir: 'auto'}, heading),
    element('p', {class: 'sample', dir: 'auto'},
      element('strong', {}, sample.prompt), sample.text));
}

function makeSamples() {
  const select = byId('samples-run');
  let groups = [];

  /** The last sample of the first seed of each cell that has any. */
  function lastOfEach() {
    return groups.flatMap((group) => {
      const run = group.runs[0];
      const step = lastOf(run.samples).step;
      return run.samples.filter((sample) => sample.step === step)
        .map((sample) => sampleCard(`${group.label}, step ${step}`, sample));
    });
  }

  function draw() {
    const run = groups.flatMap((group) => group.runs)
      .find(({id}) => id === select.value);
    byId('samples-list').replaceChildren(...(run
      ? [...run.samples].reverse().map(
        (sample) => sampleCard(`Step ${sample.step}`, sample))
      : lastOfEach()));
  }

  select.addEventListener('change', draw);
  return {
    update(allGroups) {
      groups = allGroups.map((group) => ({
        ...group, runs: group.runs.filter((run) => run.samples?.length)}))
        .filter((group) => group.runs.length);
      byId('samples').hidden = !groups.length;
      fillSelect(select, [['', 'The last of every cell'],
        ...groups.flatMap((group) => group.runs.map((run) => [run.id,
          group.runs.length > 1 || run.cell != null
            ? `${group.label}, ${seedName(run)}` : group.label]))]);
      draw();
    },
  };
}
