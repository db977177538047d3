// As much of kubectl's JSONPath as tools/cluster uses: fields, [*], [0], [?(@.field=="value")], range, texts in quotes.

/** What kubectl prints for the template: several values with blanks between, what is missing as nothing. */
export function select(template, root) {
  const parts = [...template.matchAll(/\{([^{}]*)\}|([^{}]+)/g)].map(([, inside, text]) => (inside === undefined ? { text } : { inside }));
  return print(parts, root);
}

function print(parts, at) {
  let out = '';
  while (parts.length > 0) {
    const { inside, text } = parts.shift();
    if (text !== undefined) out += text;
    else if (inside === 'end') return out;
    else if (inside.startsWith('range ')) {
      const body = [];
      for (let depth = 1; ; body.push(parts.shift())) {
        if (parts[0].inside?.startsWith('range ')) depth++;
        if (parts[0].inside === 'end' && --depth === 0) break;
      }
      parts.shift();
      for (const item of values(inside.slice('range '.length), at)) out += print([...body], item);
    } else if (inside.startsWith('"')) out += JSON.parse(inside);
    else out += values(inside, at).map((value) => (typeof value === 'object' ? JSON.stringify(value) : value)).join(' ');
  }
  return out;
}

function values(path, root) {
  let found = [root];
  for (const [, field, index, key, wanted] of path.matchAll(/\.((?:\\.|[^.[\]\\])+)|\[(\d+|\*)\]|\[\?\(@\.([\w.]+)=="([^"]*)"\)\]/g)) {
    if (field !== undefined) found = found.map((each) => each?.[field.replaceAll('\\', '')]);
    else if (index === '*') found = found.flatMap((each) => each ?? []);
    else if (index !== undefined) found = found.map((each) => each?.[Number(index)]);
    else found = found.flatMap((each) => each ?? []).filter((each) => key.split('.').reduce((value, name) => value?.[name], each) === wanted);
    found = found.filter((each) => each !== undefined && each !== null);
  }
  return found;
}
