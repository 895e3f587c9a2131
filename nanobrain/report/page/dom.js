// Elements. Whatever comes from a run becomes text, never HTML.

const byId = (id) => document.getElementById(id);

/** A new element; attributes that are false or null are left out. */
function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === false || value == null) continue;
    if (name.startsWith('on')) made.addEventListener(name.slice(2), value);
    else made.setAttribute(name, value === true ? '' : value);
  }
  made.append(...children.filter((child) => child != null));
  return made;
}

function svgElement(tag, attributes = {}, ...children) {
  const made = document.createElementNS('http://www.w3.org/2000/svg', tag);
  for (const [name, value] of Object.entries(attributes)) {
    made.setAttribute(name, value);
  }
  made.append(...children);
  return made;
}

/** Fills a <select> with [value, text], keeping the choice where it can. */
function fillSelect(select, options) {
  const chosen = select.value;
  select.replaceChildren(
    ...options.map(([value, text]) => element('option', {value}, text)));
  if (options.some(([value]) => value === chosen)) select.value = chosen;
}

/** Makes a change, and gives the focus to the like of what it took away. */
function keepFocus(change) {
  const before = document.activeElement;
  const section = before?.closest('section');
  const name = (e) => e.getAttribute('aria-label') ?? e.textContent;
  change();
  if (!section || before.isConnected) return;
  [...section.querySelectorAll(before.tagName)]
    .find((e) => name(e) === name(before))?.focus({preventScroll: true});
}
