// The chart of bits per byte against what a model costs.

function makeFront() {
  const canvas = byId('front-chart');
  let sweep = null;
  const choice = (name) => byId(`front-${name}`).value;
  const checked = (name) => byId(`front-${name}`).checked;

  function groups(across) {
    const colours = themeColours();
    const shown = PRECISIONS.filter(
      (p) => ['both', p].includes(choice('precision')));
    return shown.flatMap((precision) => {
      const points = frontPoints(
        sweep, precision, across, choice('y'), choice('bars'));
      const by = choice('colour');
      const parts = by === 'precision'
        ? [{name: precision, points}]
        : groupsByKey(sweep, points, by);
      return parts.filter((part) => part.points.length).map((part) => ({
        precision, points: part.points,
        name: part.name === precision ? precision
                                      : `${part.name}, ${precision}`,
        colour: part.series === undefined ? colours[precision]
                                          : colours.series[part.series]}));
    });
  }

  function pointsDataset(group, isCost, names) {
    const halo = themeColours().panel;
    // unsure: off the front within noise, or incomplete.
    const byState = (on, noise, off, unsure = off) => group.points.map(
      ({state}) => (isCost ? {on, noise, off}[state] ?? unsure : on));
    const xs = new Set(group.points.map((point) => point.x));
    return {
      label: group.name, walked: true, errorBars: true,
      errorBarColour: faded(group.colour, 0.55),
      data: group.points.map((point) => ({
        ...point,
        name: names && isOnFront(point.state) ? point.cell.label : ''})),
      pointStyle: POINT_STYLES[group.precision], hitRadius: 14,
      radius: byState(6, 6, 5),
      hoverRadius: 9, borderColor: group.colour, pointBorderWidth: 1.6,
      pointBorderColor: byState(halo, group.colour, group.colour,
                                faded(group.colour, 0.5)),
      backgroundColor: byState(group.colour, faded(group.colour, 0.3),
                               'transparent'),
      showLine: !isCost && xs.size === group.points.length,
      borderWidth: 1.5,
      // int8 is often within a point's width of its f32: it goes on top.
      order: group.precision === 'int8' ? 0 : 1,
    };
  }

  /** Steps through the points that are on the front by their means. */
  function frontDataset(precision, points, colour) {
    return {
      label: `Front of ${precision}`, type: 'line', stepped: 'before',
      data: points.filter((point) => isOnFront(point.state))
        .map(({x, y}) => ({x, y})),
      borderColor: faded(colour, 0.7), borderWidth: 1.5,
      borderDash: precision === 'int8' ? [6, 4] : [], radius: 0, hitRadius: 0,
      order: 2,
    };
  }

  function fronts(shown, across) {
    const colours = themeColours();
    return PRECISIONS.flatMap((precision) => {
      const points = shown.filter((group) => group.precision === precision)
        .flatMap((group) => group.points).sort((a, b) => a.x - b.x);
      return points.length
        ? [frontDataset(precision, points, colours[precision])] : [];
    });
  }

  /** Counted n-grams, where the chart shows what they are measured in. */
  function levels() {
    if (choice('y') !== objective().key) return [];
    return ngramLevels(sweep).map((ngram) => ({
      y: ngram.bits_per_byte, name: `counted ${ngram.name}`}));
  }

  function draw() {
    if (!sweep) return;
    const colours = themeColours();
    const across = axesAcross(sweep).find(({key}) => key === choice('x'));
    const {isCost = false} = across;
    const up = byId('front-y').selectedOptions[0].text;
    const shown = groups(across);
    const points = shown.flatMap((group) => group.points);
    const range = (x) => rangeOf(
      points.flatMap((p) => [p[x], p[`${x}Low`], p[`${x}High`]]));
    const chart = drawChart(canvas, {
      type: 'scatter', plugins: [levelLines, errorBars, pointNames],
      data: {datasets: [
        ...shown.map(
          (group) => pointsDataset(group, isCost, checked('labels'))),
        // Every cost with its front; loss orders cells as bits per byte do.
        ...(isCost ? fronts(shown, across) : [])]},
      options: {
        interaction: {mode: 'nearest', intersect: true},
        scales: {
          x: axis({title: across.name, log: checked('log-x'), colours,
                   range: range('x'), text: across.text,
                   ticks: across.ticks}),
          y: axis({title: up, log: checked('log-y'), colours,
                   range: range('y')}),
        },
        plugins: {
          legend: {display: false},
          levelLines: {levels: levels(), colour: colours.bad},
          pointNames: {names: checked('labels'), colour: colours.ink,
                       halo: colours.panel},
          tooltip: {...tooltipOptions(colours), callbacks: {
            title: ([item]) => item?.raw.cell?.label ?? '',
            label: (item) => describe(item.raw, across, isCost)}},
        },
      },
    });
    canvas.setAttribute('aria-label',
      `${up} against ${across.name}: ${points.length} points of ` +
      `${sweep.cells.length} cells. The table of cells has the same figures.`);
    drawLegend(shown, isCost, colours);
    return chart;
  }

  function describe(point, across, isCost) {
    if (!point.cell) return '';
    const e = point.cell[point.precision][choice('y')];
    const up = byId('front-y').selectedOptions[0].text;
    return [
      `${point.precision}${isCost ? `, ${FRONT_WORDS[point.state]}` : ''}`,
      `${up}: ${estimate(e, 4)} (${e.values.length} seeds)`,
      `${across.name}: ${across.text(point.x)}`,
      ...(levels().length
        ? [point.cell[point.precision].beside || NONE] : [])];
  }

  function drawLegend(shown, isCost, colours) {
    const states = Object.entries(FRONT_WORDS).map(([state, words]) =>
      element('li', {}, pointSymbol('f32', colours.quiet, state), words));
    byId('front-legend').replaceChildren(
      ...shown.map((group) => element('li', {},
        pointSymbol(group.precision, group.colour), group.name)),
      ...(isCost ? states : []),
      ...levels().map(({y, name}) => element('li', {class: 'loses'},
        lineSymbol(colours.bad, [7, 4]), `${name}: ${fixed(y, 4)}`)));
  }

  function save() {
    const picture = element('canvas', {width: canvas.width,
                                       height: canvas.height});
    const ctx = picture.getContext('2d');
    ctx.fillStyle = themeColours().panel;
    ctx.fillRect(0, 0, picture.width, picture.height);
    ctx.drawImage(canvas, 0, 0);
    picture.toBlob((blob) => {
      const href = URL.createObjectURL(blob);
      const name = `${sweep.name}-${choice('x')}.png`;
      element('a', {href, download: name}).click();
      setTimeout(() => URL.revokeObjectURL(href), 1000);
    });
  }

  for (const name of ['x', 'y', 'precision', 'colour', 'bars', 'log-x',
                      'log-y', 'labels']) {
    byId(`front-${name}`).addEventListener('change', draw);
  }
  byId('front-save').addEventListener('click', save);
  walkWithKeys(canvas, byId('front-reading'));

  return {
    update(shownSweep) {
      sweep = shownSweep;
      byId('front').hidden = !sweep?.cells.some((c) => c.f32 || c.int8);
      if (byId('front').hidden) sweep = null;
      if (!sweep) return;
      fillSelect(byId('front-x'),
                 axesAcross(sweep).map(({key, name}) => [key, name]));
      fillSelect(byId('front-y'), losses().map(
        (figure) => [figure.key, figureName(figure)]));
      fillSelect(byId('front-colour'),
                 [['precision', 'Weights'],
                  ...sweep.keys.map((key) => [key, keyName(key)])]);
      // Tokens of different tokenizers are different units.
      const unlike = sweep.keys.includes('tokenizer');
      for (const option of byId('front-y').options) {
        option.disabled = unlike && option.value !== objective().key;
      }
      if (unlike) byId('front-y').value = objective().key;
      draw();
    },
    draw,
  };
}
