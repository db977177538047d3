// Charts over the last ten minutes, drawn as SVG: lines, or a dot for each batch.
import { byId, make, set, text } from './dom.js';

const SPAN = 600_000;
const WIDTH = 320;
const HEIGHT = 130;
const LEFT = 44;
const BOTTOM = 16;
const TOP = 8;

const svg = (tag, attributes = {}) => {
  const element = document.createElementNS('http://www.w3.org/2000/svg', tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
};

/** A round number at or above, so that the axis rests. */
function ceiling(value) {
  if (value <= 1) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  return [1, 1.5, 2, 3, 4, 5, 6, 8, 10].map((step) => step * power).find((step) => step >= value);
}

export class Chart {
  /** series: [{ key, name }]; format makes text of a value. */
  constructor(id, title, unit, series, format, dots = false) {
    this.series = series;
    this.format = format;
    this.dots = dots;
    this.title = title;
    const caption = make('figcaption', '', title);
    caption.append(make('span', 'unit', ` ${unit}`));
    this.picture = svg('svg', { role: 'img', 'aria-label': title });
    this.legend = make('p', 'legend');
    this.values = series.map(({ key, name }) => {
      const value = make('b');
      this.legend.append(make('span', '', null, make('i', `k-${key}`), `${name} `, value));
      return value;
    });
    this.top = svg('text', { x: 0, y: TOP + 4 });
    this.picture.append(
      svg('line', { class: 'grid', 'data-at': 'top' }), svg('line', { class: 'grid', 'data-at': 'bottom' }),
      this.top, this.label(0, HEIGHT - BOTTOM + 4, '0'));
    this.from = this.label(LEFT, HEIGHT - 1, '10 min ago');
    this.to = this.label(WIDTH, HEIGHT - 1, 'now');
    this.to.setAttribute('text-anchor', 'end');
    this.cursor = svg('line', { class: 'cursor', visibility: 'hidden' });
    this.marks = series.map(({ key }) => svg(dots ? 'g' : 'path', { class: dots ? `d-${key}` : `line s-${key}` }));
    this.picture.append(this.from, this.to, this.cursor, ...this.marks);
    byId(id)?.replaceChildren(caption, this.picture, this.legend);
    this.picture.addEventListener('pointermove', (event) => this.point(event));
    this.picture.addEventListener('pointerleave', () => this.point(null));
  }

  label(x, y, content) {
    const label = svg('text', { x, y });
    label.textContent = content;
    return label;
  }

  /** points: for each series an array of [milliseconds, value]. */
  draw(points, now) {
    this.points = points;
    this.now = now;
    this.width = Math.max(200, this.picture.clientWidth || WIDTH);
    set(this.picture, 'viewBox', `0 0 ${this.width} ${HEIGHT}`);
    this.highest = ceiling(Math.max(0, ...points.flat().map(([, value]) => value)));
    text(this.top, this.format(this.highest));
    for (const [at, y] of [['top', TOP], ['bottom', HEIGHT - BOTTOM]]) {
      const line = this.picture.querySelector(`[data-at="${at}"]`);
      for (const [name, value] of Object.entries({ x1: LEFT, x2: this.width, y1: y, y2: y })) set(line, name, value);
    }
    set(this.to, 'x', this.width);
    points.forEach((of, i) => (this.dots ? this.drawDots(this.marks[i], of) : this.drawLine(this.marks[i], of)));
    this.tell(null);
  }

  drawLine(path, of) {
    let d = '';
    for (const [at, value] of of) {
      if (at >= this.now - SPAN) d += `${d ? 'L' : 'M'}${this.x(at).toFixed(1)} ${this.y(value).toFixed(1)}`;
    }
    set(path, 'd', d || null);
  }

  drawDots(group, of) {
    const shown = of.filter(([at]) => at >= this.now - SPAN);
    while (group.childElementCount > shown.length) group.lastChild.remove();
    while (group.childElementCount < shown.length) group.append(svg('circle', { r: 2.4, 'fill-opacity': .75 }));
    shown.forEach(([at, value], i) => {
      set(group.children[i], 'cx', this.x(at).toFixed(1));
      set(group.children[i], 'cy', this.y(value).toFixed(1));
    });
  }

  x(at) { return LEFT + Math.max(0, 1 - (this.now - at) / SPAN) * (this.width - LEFT); }
  y(value) { return TOP + (1 - value / this.highest) * (HEIGHT - BOTTOM - TOP); }

  point(event) {
    if (!this.points) return;
    const at = event && this.now - (1 - (event.offsetX - LEFT) / (this.width - LEFT)) * SPAN;
    set(this.cursor, 'visibility', event ? 'visible' : 'hidden');
    if (event) for (const [name, value] of Object.entries({ x1: event.offsetX, x2: event.offsetX, y1: TOP, y2: HEIGHT - BOTTOM })) set(this.cursor, name, value);
    this.tell(at);
  }

  /** The values at a time, or the newest. */
  tell(at) {
    const said = this.points.map((of, i) => {
      const nearest = at === null ? of.at(-1) : of.reduce((a, b) => (a && Math.abs(a[0] - at) <= Math.abs(b[0] - at) ? a : b), null);
      const value = nearest ? this.format(nearest[1]) : '–';
      text(this.values[i], value);
      return `${this.series[i].name} ${value}`;
    });
    if (at === null) set(this.picture, 'aria-label', `${this.title}: ${said.join(', ')}`);
  }
}
