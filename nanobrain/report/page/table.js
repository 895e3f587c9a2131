// Tables that sort by a heading and scroll within themselves.

/**
 * columns: [{name, value: row -> what sorts it, cell: row -> text or node,
 * numeric, minor, title}]; the first one heads its row, minor ones are left
 * out on paper. sort: [column, 1 or -1].
 */
function makeTable(root, {caption, sort = [0, 1]}) {
  const head = element('tr');
  const body = element('tbody');
  const table = element('table', {},
    element('caption', {class: 'hidden-text'}, caption),
    element('thead', {}, head), body);
  root.append(element('div', {class: 'scroll', tabindex: 0, role: 'region',
                              'aria-label': caption}, table));
  let columns = [];
  let rows = [];
  let [sorted, direction] = sort;

  function compare(a, b) {
    const [x, y] = [a, b].map((row) => columns[sorted].value(row));
    const none = (v) => v === null || v === undefined || Number.isNaN(v);
    if (none(x) || none(y)) return none(x) - none(y); // last either way
    if (isNumber(x) && isNumber(y)) return direction * (x - y);
    return direction *
      String(x).localeCompare(String(y), 'en', {numeric: true});
  }

  const classOf = ({numeric, minor}) =>
    [numeric && 'number', minor && 'minor'].filter(Boolean).join(' ') || null;

  function heading(column, index) {
    const isSorted = index === sorted;
    return element('th', {
      scope: 'col', class: classOf(column), title: column.title,
      'aria-sort': isSorted && (direction > 0 ? 'ascending' : 'descending'),
    }, element('button', {
      type: 'button', onclick: () => {
        direction = isSorted ? -direction : 1;
        sorted = index;
        keepFocus(draw);
      }}, column.name));
  }

  function draw() {
    if (sorted >= columns.length) sorted = 0;
    head.replaceChildren(...columns.map(heading));
    body.replaceChildren(...[...rows].sort(compare).map((row) =>
      element('tr', {}, ...columns.map((column, index) => element(
        index ? 'td' : 'th',
        {scope: !index && 'row', class: classOf(column),
         dir: !column.numeric && 'auto'},
        (column.cell ?? column.value)(row) ?? NONE)))));
  }

  return {
    update(newColumns, newRows) {
      columns = newColumns;
      rows = newRows;
      draw();
    },
  };
}
