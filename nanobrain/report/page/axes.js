// Axes, and charts that are walked through with the arrow keys.

Chart.defaults.animation = false;
Chart.defaults.maintainAspectRatio = false;
Chart.defaults.font.size = 13;
Chart.defaults.font.family =
  'system-ui, "Segoe UI", Roboto, "Helvetica Neue", "DejaVu Sans", sans-serif';

/** Some six ticks at multiples of 1, 2 or 5 of a power of ten. */
function evenTicks(low, high) {
  const rough = (high - low) / 6;
  const unit = 10 ** Math.floor(Math.log10(rough));
  const step = unit * [1, 2, 5, 10].find((m) => m * unit >= rough);
  const ticks = [];
  for (let i = Math.ceil(low / step); i * step <= high; ++i) {
    ticks.push(i * step);
  }
  return ticks;
}

/** Ticks at 1, 2 and 5 of each decade; evenly where the range is narrow. */
function logTicks(low, high) {
  if (high / low < 8) return evenTicks(low, high);
  const ticks = [];
  const shares = high / low > 1e3 ? [1] : [1, 2, 5];
  for (let e = Math.floor(Math.log10(low)); 10 ** e <= high; ++e) {
    for (const share of shares) {
      const tick = share * 10 ** e;
      if (tick >= low && tick <= high) ticks.push(tick);
    }
  }
  return ticks;
}

/** The decimals that the longest of numbers needs, of six digits at most. */
function decimalsOf(numbers) {
  return Math.max(...numbers.map(
    (x) => String(Number(x.toPrecision(6))).split('.')[1]?.length ?? 0));
}

/**
 * A scale of Chart.js. range: [low, high] of what is shown, error bars too;
 * margin: the share of it that is left free at each end; text: value -> tick;
 * without it, numbers with decimals alike; ticks: their places, where they
 * are not to be chosen here.
 */
function axis({title, log, range, text, colours, ticks, margin = 0.06}) {
  const [low, high] = range;
  const isLog = log && low > 0;
  const factor = low < high ? (high / low) ** margin : 1.05;
  const space = low < high ? (high - low) * margin : Math.abs(low) * 0.05 || 1;
  return {
    type: isLog ? 'logarithmic' : 'linear',
    min: isLog ? low / factor : low - space,
    max: isLog ? high * factor : high + space,
    title: {display: true, text: title, color: colours.ink,
            font: {weight: '600'}},
    grid: {color: colours.line, borderColor: colours.quiet, tickLength: 4},
    ticks: {color: colours.quiet, maxRotation: 0, autoSkipPadding: 12,
            callback: (value, _, ticks) => text?.(value) ??
              fixed(value, decimalsOf(ticks.map((tick) => tick.value)))},
    afterBuildTicks: (scale) => {
      const places = ticks ??
        (isLog ? logTicks : evenTicks)(scale.min, scale.max);
      scale.ticks = places.map((value) => ({value}));
    },
  };
}

/** The least and the greatest of numbers; [0, 1] where there are none. */
function rangeOf(numbers) {
  let low = Infinity;
  let high = -Infinity;
  for (const x of numbers) {
    if (!isNumber(x)) continue;
    if (x < low) low = x;
    if (x > high) high = x;
  }
  return low <= high ? [low, high] : [0, 1];
}

/** How every chart shows what is under the pointer. */
function tooltipOptions(colours) {
  return {
    backgroundColor: colours.panel, titleColor: colours.ink,
    bodyColor: colours.ink, borderColor: colours.quiet, borderWidth: 1,
    padding: 10, boxPadding: 4, usePointStyle: true, caretPadding: 8,
  };
}

/** Draws, or draws again in the chart that the canvas has. */
function drawChart(canvas, config) {
  const chart = Chart.getChart(canvas);
  if (!chart) return new Chart(canvas, config);
  chart.data = config.data;
  chart.options = config.options;
  chart.update('none');
  return chart;
}

/** Arrow keys move the tooltip; `reading` says it to screen readers. */
function walkWithKeys(canvas, reading) {
  let line = 0;
  let index = -1;
  const moves = {ArrowRight: [0, 1], ArrowLeft: [0, -1],
                 ArrowDown: [1, 0], ArrowUp: [-1, 0]};
  canvas.addEventListener('keydown', (event) => {
    const chart = Chart.getChart(canvas);
    if (!chart) return;
    const lines = chart.data.datasets
      .map((dataset, i) => (dataset.walked && dataset.data.length ? i : -1))
      .filter((i) => i >= 0);
    const move = moves[event.key];
    if (event.key === 'Escape') index = -1;
    else if (!move || !lines.length) return;
    else {
      line = (line + move[0] + lines.length) % lines.length;
      const last = chart.data.datasets[lines[line]].data.length - 1;
      index = Math.min(last, Math.max(0, index + move[1]));
    }
    event.preventDefault();
    const active = index < 0 ? [] : [{datasetIndex: lines[line], index}];
    chart.setActiveElements(active);
    const at = active.length
      ? chart.getDatasetMeta(lines[line]).data[index] : {x: 0, y: 0};
    chart.tooltip.setActiveElements(active, {x: at.x, y: at.y});
    chart.update('none');
    reading.textContent = active.length
      ? [...chart.tooltip.title ?? [],
         ...(chart.tooltip.body ?? []).flatMap((b) => b.lines)].join('; ')
      : '';
  });
}
