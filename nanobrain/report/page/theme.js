// Light, dark or the system's choice; charts read their colours from the style.

/** Calls `redraw` where the colours of the page change, for print also. */
function followTheme(redraw) {
  const root = document.documentElement;
  for (const radio of document.querySelectorAll('#theme input')) {
    radio.addEventListener('change', () => {
      if (radio.value === 'auto') delete root.dataset.theme;
      else root.dataset.theme = radio.value;
      redraw();
    });
  }
  const systemWants = matchMedia('(prefers-color-scheme: dark)');
  systemWants.addEventListener('change', redraw);

  // A canvas is a picture: it takes neither the colours nor the width of paper
  // by itself, and this event comes before the style for print does.
  let chosen;
  addEventListener('beforeprint', () => {
    chosen = root.dataset.theme;
    root.dataset.theme = 'light';
    resizeCharts(820, 400);
    redraw();
  });
  addEventListener('afterprint', () => {
    if (chosen) root.dataset.theme = chosen;
    else delete root.dataset.theme;
    resizeCharts();
    redraw();
  });
}

/** To a size in pixels, or to that of their boxes. */
function resizeCharts(...size) {
  for (const chart of Object.values(Chart.instances)) chart.resize(...size);
}

/** The colours of the moment, by the names that report.css gives them. */
function themeColours() {
  const style = getComputedStyle(document.documentElement);
  const colour = (name) => style.getPropertyValue(`--${name}`).trim();
  return {
    ink: colour('ink'),
    quiet: colour('quiet'),
    line: colour('line'),
    page: colour('page'),
    panel: colour('panel'),
    bad: colour('bad'),
    f32: colour('f32'),
    int8: colour('int8'),
    series: Array.from({length: 8}, (_, i) => colour(`series-${i}`)),
  };
}

/** The same colour, less of it. */
function faded(colour, alpha) {
  const percent = Math.round(alpha * 255).toString(16).padStart(2, '0');
  return colour + percent;
}
