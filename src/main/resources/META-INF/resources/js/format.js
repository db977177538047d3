// Numbers and times as text.
const whole = new Intl.NumberFormat('en');
const one = new Intl.NumberFormat('en', { maximumFractionDigits: 1 });

export const count = (n) => (n === null || n === undefined ? '–' : whole.format(n));
export const rate = (n) => (n >= 100 ? whole.format(Math.round(n)) : one.format(n));

export function seconds(s) {
  if (s === null || s === undefined) return '–';
  if (s < 60) return `${one.format(s)} s`;
  const minutes = Math.floor(s / 60);
  if (minutes < 60) return `${minutes} min ${Math.floor(s % 60)} s`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h ${minutes % 60} min` : `${Math.floor(hours / 24)} days`;
}

export const millis = (ms) => (ms < 10000 ? `${whole.format(Math.round(ms))} ms` : seconds(ms / 1000));

export function bytes(n) {
  const units = ['B', 'KB', 'MB', 'GB', 'TB'];
  let unit = 0;
  while (n >= 1000 && unit < units.length - 1) { n /= 1000; unit++; }
  return `${unit === 0 ? whole.format(n) : one.format(n)} ${units[unit]}`;
}

export function clock(iso) {
  const at = new Date(iso);
  const time = at.toLocaleTimeString('en-GB');
  return at.toDateString() === new Date().toDateString() ? time : `${at.toLocaleDateString('en-CA')} ${time}`;
}

export const behind = (records, s) => (records === 0 ? 'level' : `${count(records)} · ${seconds(s)}`);
export const plural = (n, noun, many = `${noun}s`) => `${count(n)} ${n === 1 ? noun : many}`;
