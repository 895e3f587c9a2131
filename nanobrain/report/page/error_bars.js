// Two small plugins of Chart.js: error bars, and names beside points.

/** Points may carry yLow, yHigh, xLow and xHigh, in the units of the axes. */
const errorBars = {
  id: 'errorBars',
  beforeDatasetsDraw(chart) {
    const {ctx, scales: {x, y}, chartArea: area} = chart;
    ctx.save();
    ctx.beginPath();
    ctx.rect(area.left, area.top, area.width, area.height);
    ctx.clip();
    ctx.lineWidth = 1.5;
    chart.data.datasets.forEach((dataset, index) => {
      if (!dataset.errorBars || !chart.isDatasetVisible(index)) return;
      ctx.strokeStyle = dataset.errorBarColour;
      dataset.data.forEach((point) => {
        const at = [x.getPixelForValue(point.x), y.getPixelForValue(point.y)];
        if (isNumber(point.yLow)) {
          whisker(ctx, at[0], y.getPixelForValue(point.yLow),
                  at[0], y.getPixelForValue(point.yHigh));
        }
        if (isNumber(point.xLow)) {
          whisker(ctx, x.getPixelForValue(point.xLow), at[1],
                  x.getPixelForValue(point.xHigh), at[1]);
        }
      });
    });
    ctx.restore();
  },
};

/** A line with a cap at each end, across it. */
function whisker(ctx, x0, y0, x1, y1) {
  const cap = x0 === x1 ? [4, 0] : [0, 4];
  ctx.beginPath();
  ctx.moveTo(x0, y0);
  ctx.lineTo(x1, y1);
  for (const [x, y] of [[x0, y0], [x1, y1]]) {
    ctx.moveTo(x - cap[0], y - cap[1]);
    ctx.lineTo(x + cap[0], y + cap[1]);
  }
  ctx.stroke();
}

/** What a point and its bar cover: left, top, right, bottom. */
function pointBox(y, point, at) {
  const ends = isNumber(point.yLow)
    ? [y.getPixelForValue(point.yHigh), y.getPixelForValue(point.yLow)]
    : [at.y, at.y];
  return [at.x - 6, Math.min(at.y - 6, ends[0]), at.x + 6,
          Math.max(at.y + 6, ends[1])];
}

/**
 * Writes point.name beside points, where nothing stands yet; of neighbours of
 * one name (f32 and int8 of a cell) only the first gets it.
 */
const pointNames = {
  id: 'pointNames',
  defaults: {names: false, colour: '#000', halo: '#fff'},
  afterDatasetsDraw(chart, _, options) {
    if (!options.names) return;
    const {ctx, chartArea: area} = chart;
    ctx.save();
    ctx.font = `12px ${Chart.defaults.font.family}`;
    ctx.textBaseline = 'middle';
    ctx.lineJoin = 'round';
    const places = chart.data.datasets.flatMap((dataset, index) =>
      dataset.data.map((point, i) => ({
        point, at: chart.getDatasetMeta(index).data[i]})))
      .filter(({point, at}) => point.name && at && !at.skip);
    const taken = places.map(
      ({point, at}) => pointBox(chart.scales.y, point, at));
    const written = [];
    for (const {point, at} of places) {
      if (written.some(({name, x, y}) => name === point.name &&
                       Math.hypot(x - at.x, y - at.y) < 48)) continue;
      const width = ctx.measureText(point.name).width;
      const box = [[at.x + 10, at.y - 10], [at.x - 10 - width, at.y - 10],
                   [at.x + 10, at.y + 11], [at.x - 10 - width, at.y + 11]]
        .map(([left, y]) => [left, y - 7, left + width, y + 7])
        .find((b) => b[0] >= area.left && b[2] <= area.right &&
                     b[1] >= area.top && b[3] <= area.bottom &&
                     !taken.some((t) => b[0] < t[2] && t[0] < b[2] &&
                                        b[1] < t[3] && t[1] < b[3]));
      if (!box) continue;
      taken.push(box);
      written.push({name: point.name, x: at.x, y: at.y});
      ctx.strokeStyle = options.halo;
      ctx.lineWidth = 4;
      ctx.strokeText(point.name, box[0], box[1] + 7);
      ctx.fillStyle = options.colour;
      ctx.fillText(point.name, box[0], box[1] + 7);
    }
    ctx.restore();
  },
};
