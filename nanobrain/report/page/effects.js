// What a key buys, whatever the other keys are.

function makeEffects() {
  const table = makeTable(byId('effects-table'), {
    caption: 'What each key buys'});

  function draw(effects) {
    const range = rangeOf(differenceEnds(effects));
    table.update([
      {name: 'Key', value: (e) => e.key},
      {name: 'From', value: (e) => e.from},
      {name: 'To', value: (e) => e.to},
      ...differenceColumns(range),
      {name: 'Pairs', numeric: true, value: (e) => e.pairs},
    ], effects);
  }

  return {
    update(sweep) {
      byId('effects').hidden = !sweep?.effects.length;
      if (sweep?.effects.length) draw(sweep.effects);
    },
  };
}
