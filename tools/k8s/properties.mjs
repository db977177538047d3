// Reading application.properties as Java does, as far as these files need it.

/** The pairs of a properties text; throws on a line that is none, and on a key that comes twice. */
export function readProperties(text) {
  const pairs = new Map();
  for (const line of text.split('\n').map((each) => each.trim())) {
    if (line === '' || line.startsWith('#')) continue;
    const [, key, value] = /^([^=]+)=(.*)$/.exec(line) ?? [];
    if (key === undefined) throw new Error(`not a setting: ${line}`);
    if (pairs.has(key)) throw new Error(`set twice: ${key}`);
    pairs.set(key, value.replaceAll('\\\\', '\\'));
  }
  return pairs;
}

/** Seconds of "40s", "500ms", "1m". */
export function seconds(duration) {
  const [, number, unit] = /^(\d+)(ms|s|m|h)$/.exec(duration) ?? [];
  return Number(number) * { ms: 0.001, s: 1, m: 60, h: 3600 }[unit];
}
