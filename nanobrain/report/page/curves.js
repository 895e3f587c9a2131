// The chart of losses and other figures over a run.

const CURVE_X = {
  step: {name: 'Steps', text: (x) => short(x)},
  tokens: {name: 'Tokens', text: (x) => short(x)},
  elapsed_s: {name: 'Time', text: duration},
};

function makeCurves() {
  const canvas = byId('curve-chart');
  const choice = (name) => byId(`curve-${name}`).value;
  const checked = (name) => byId(`curve-${name}`).checked;
  const picker = makePicker(() => draw());
  let groups = [];

  function line(label, points, group, colour, width) {
    return {
      label, data: points, walked: true, borderColor: colour,
      backgroundColor: colour, borderDash: group.dash, borderWidth: width,
      radius: points.length < 2 ? 3 : 0, hoverRadius: 4, hitRadius: 4, order: 0,
    };
  }

  /** Where lines that started alike have separated. */
  function lastHalf(datasets) {
    const [, end] = rangeOf(datasets.flatMap(({data}) => data.map(({x}) => x)));
    return datasets.map((dataset) => ({
      ...dataset, data: dataset.data.filter(({x}) => x >= end / 2)}));
  }

  /** Between the least and the greatest seed; two lines and what is between. */
  function band(points, colour) {
    const edge = (member, fill) => ({
      data: points.map((p) => ({x: p.x, y: p[member]})), fill, radius: 0,
      hitRadius: 0, borderWidth: 0, backgroundColor: faded(colour, 0.16),
      order: 1, isBand: true});
    return [edge('low', '+1'), edge('high', false)];
  }

  function groupDatasets(group, part, member, smoothing) {
    const colour = themeColours().series[group.series];
    const curves = group.runs.filter(picker.isPicked)
      .map((run) => ({run, points: curveOf(
        run, part, member, choice('x'), smoothing)}))
      .filter(({points}) => points.length);
    if (choice('lines') === 'runs' || curves.length === 1) {
      return curves.map(({run, points}) => line(
        group.runs.length > 1 ? `${group.label}, ${seedName(run)}`
                              : group.label,
        points, group, colour, 1.5));
    }
    if (!curves.length) return [];
    const points = meanCurve(curves.map((curve) => curve.points));
    return [line(`${group.label}, mean of ${curves.length} seeds`, points,
                 group, colour, 2),
            ...band(points, colour)];
  }

  function draw() {
    const colours = themeColours();
    const [part, member] = choice('y').split('.');
    const smoothable = part === 'train';
    const slider = byId('curve-smoothing');
    slider.disabled = !smoothable;
    document.querySelector('output[for=curve-smoothing]').textContent =
      smoothable ? Number(slider.value).toFixed(2) : 'off';
    const whole = groups.flatMap((group) => groupDatasets(
      group, part, member, smoothable ? Number(slider.value) : 0));
    const datasets = checked('end') ? lastHalf(whole) : whole;
    const across = CURVE_X[choice('x')];
    const up = byId('curve-y').selectedOptions[0].text;
    const range = (name) => rangeOf(
      datasets.flatMap(({data}) => data.map((point) => point[name])));
    const xRange = range('x');
    drawChart(canvas, {
      type: 'line', data: {datasets},
      options: {
        parsing: false,
        interaction: {mode: 'nearest', axis: 'xy', intersect: false},
        scales: {
          x: axis({title: across.name, log: checked('log-x'), colours,
                   range: checked('log-x') || checked('end') ? xRange
                                                             : [0, xRange[1]],
                   text: across.text, margin: 0}),
          y: axis({title: up, log: checked('log-y'), colours,
                   range: range('y')}),
        },
        plugins: {
          legend: {display: false},
          tooltip: {
            ...tooltipOptions(colours),
            filter: (item) => !item.dataset.isBand,
            callbacks: {
              title: ([item]) => item?.dataset.label ?? '',
              label: ({raw}) => [
                `${up}: ${significant(raw.y, 5)}`,
                `${across.name}: ${across.text(raw.x)}`,
                ...(isNumber(raw.low) && raw.low < raw.high
                  ? [`Seeds: ${significant(raw.low, 5)} to ` +
                     significant(raw.high, 5)] : [])]},
          },
        },
      },
    });
    canvas.setAttribute('aria-label', `${up} by ${across.name}: ` +
      `${datasets.filter((d) => d.walked).length} lines.`);
  }

  for (const name of ['y', 'x', 'lines', 'log-x', 'log-y', 'end']) {
    byId(`curve-${name}`).addEventListener('change', draw);
  }
  byId('curve-smoothing').addEventListener('input', draw);
  walkWithKeys(canvas, byId('curve-reading'));

  return {
    update(newGroups, sweep) {
      groups = newGroups.filter(
        ({runs}) => runs.some((run) => run.train?.step?.length ||
                                       run.validation?.step?.length));
      byId('curves').hidden = !groups.length;
      const [colour, dash] = (sweep?.keys ?? []).map(keyName);
      byId('curve-lead').textContent = !colour ? ''
        : `Colours tell ${colour} apart${dash ? `, dashes ${dash}` : ''}.`;
      picker.update(groups);
      draw();
    },
    draw() {
      picker.update(groups);
      draw();
    },
  };
}
