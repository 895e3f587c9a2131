// Puts a report on the page, and again where it changes.

const FORMAT = 1;

function say(text) {
  byId('status').textContent = text;
  byId('status').hidden = !text;
}

function showHead(report, watched) {
  document.title = report.title || 'nanobrain report';
  byId('title').textContent = document.title;
  byId('subtitle').textContent = [
    watched ? `Followed live, as of ${dateText(report.created_at)}`
            : dateText(report.created_at),
    report.build].filter(Boolean).join(' \u00b7 ');
}

/** Links to the sections that have something to show. */
function showContents() {
  byId('contents').replaceChildren(
    ...[...document.querySelectorAll('main > section:not([hidden]) > h2')]
      .map((heading) => element('li', {}, element(
        'a', {href: `#${heading.parentElement.id}`}, heading.textContent))));
}

const bySweep = [makeOverview(), makeFront(), makeCells(), makeNgrams(),
                 makeDifferences(), makeEffects()];
const byGroup = [makeCurves(), makeRuns(), makeSamples(), makeConfig()];
const facts = makeFacts();
let current = null;

function showSweep() {
  const sweep = current.sweeps[Number(byId('sweep').value)] ?? null;
  const groups = groupRuns(current, sweep);
  for (const section of bySweep) section.update(sweep);
  for (const section of byGroup) section.update(groups, sweep);
  facts.update(current);
  showContents();
}

function show(report, watched) {
  if (report.format !== FORMAT) {
    say(`This page reads reports of format ${FORMAT}; the data has format ` +
        `${configText(report.format)}. Make the report again.`);
    return;
  }
  for (const sweep of report.sweeps) sweep.keys = gridKeys(sweep);
  FIGURES = report.figures;
  current = report;
  showHead(report, watched);
  fillSelect(byId('sweep'),
             report.sweeps.map(({name}, i) => [String(i), name]));
  byId('sweep-control').hidden = report.sweeps.length < 2;
  keepFocus(showSweep);
}

byId('sweep').addEventListener('change', showSweep);
followTheme(() => {
  for (const section of [...bySweep, ...byGroup]) section.draw?.();
});
followReport(show, say);
