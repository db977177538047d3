// Small help with elements. Text from data is set as text, never as markup.
export const byId = (id) => document.getElementById(id);

export function text(element, value) {
  const string = String(value ?? '');
  if (element.textContent !== string) element.textContent = string;
}

export function set(element, name, value) {
  if (value === null || value === undefined || value === false) element.removeAttribute(name);
  else if (element.getAttribute(name) !== String(value)) element.setAttribute(name, String(value));
}

/** An element with a class, text and children. */
export function make(tag, className = '', content = null, ...children) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (content !== null) element.textContent = content;
  element.append(...children);
  return element;
}

/**
 * Keeps the children of a parent in step with a list, one element for each key, so that the focus stays where it is.
 * make(item) builds an element, update(element, item) fills it.
 */
export function keyed(parent, items, key, build, update) {
  const known = parent.known ?? (parent.known = new Map());
  const wanted = new Set();
  let before = null;
  for (const item of items) {
    const id = key(item);
    wanted.add(id);
    let element = known.get(id);
    if (!element) {
      element = build(item);
      known.set(id, element);
    }
    update(element, item);
    const after = before ? before.nextSibling : parent.firstChild;
    if (after !== element) parent.insertBefore(element, after);
    before = element;
  }
  for (const [id, element] of known) {
    if (!wanted.has(id)) {
      element.remove();
      known.delete(id);
    }
  }
}

/** A row of cells; a cell is [tag, class]. */
export function row(...cells) {
  const tr = make('tr');
  for (const [tag, className] of cells) {
    const cell = make(tag, className);
    if (tag === 'th') cell.scope = 'row';
    tr.append(cell);
  }
  return tr;
}
