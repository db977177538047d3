// The page of one table: its numbers, its columns and what became of them, Delta's versions, a look at both copies.
import { byId, make, set, text } from './dom.js';
import { behind, bytes, clock, count, rate, seconds } from './format.js';
import { button, show } from './actions.js';
import { partitions, tableState } from './overview.js';
import { Chart } from './charts.js';
import { get } from './api.js';

let page = null;

/** Builds the page of a table and fills it when the service has looked. */
export function open(name) {
  const host = byId('detail-page');
  const back = make('a', '', 'All tables');
  back.href = '#/';
  const heading = make('h1', '', name);
  heading.tabIndex = -1;
  const act = button(name);
  act.hidden = true;
  const state = make('span', 'state');
  const facts = make('div', 'facts');
  const reason = make('p', 'state');
  set(reason, 'data-tone', 'bad');
  const charts = make('div', 'pair', null, figure('t-rate'), figure('t-lag'));
  const parts = section('Partitions', 't-partitions');
  const looks = make('div');
  const title = make('div', 'title', null, heading, state, act);
  host.replaceChildren(make('p', 'crumb', null, back), title, reason, facts, make('h2', '', 'The last ten minutes'), charts, ...parts.all, looks);
  page = {
    name, act, state, facts, reason, looks,
    partitions: parts.body(['Partition', 'End|num wide', 'PostgreSQL|num', 'Delta|num', 'Behind|num wide', 'Delta trails|num wide', 'Action|out']),
    rates: new Chart('t-rate', 'Rate', 'records/s', [{ key: 'in', name: 'read' }, { key: 'postgres', name: 'PostgreSQL' }, { key: 'delta', name: 'Delta' }], rate),
    lags: new Chart('t-lag', 'Behind the source', 'seconds', [{ key: 'lag', name: 'oldest' }], (s) => (s >= 600 ? seconds(s) : rate(s))),
  };
  heading.focus({ preventScroll: true });
  scrollTo(0, 0);
  look();
}

export function close() { page = null; }
export const isOpen = () => page !== null;

function figure(id) {
  const it = make('figure');
  it.id = id;
  return it;
}

/** A heading and an empty table that is built when its columns are known. */
function section(name, id) {
  const heading = make('h2', '', name);
  heading.id = `h-${id}`;
  const region = make('div', 'scroll');
  set(region, 'role', 'region');
  set(region, 'aria-labelledby', heading.id);
  region.tabIndex = 0;
  return {
    all: [heading, region],
    body: (columns) => {
      const head = make('tr');
      for (const column of columns) {
        const [label, className = ''] = column.split('|');
        const th = make('th', className === 'out' ? '' : className, className === 'out' ? null : label);
        if (className === 'out') th.append(make('span', 'out', label));
        th.scope = 'col';
        head.append(th);
      }
      const body = make('tbody');
      region.replaceChildren(make('table', '', null, make('thead', '', null, head), body));
      return body;
    },
    none: (why) => region.replaceChildren(make('table', '', null, make('tbody', '', null, make('tr', '', null, make('td', 'empty', why))))),
  };
}

export function update(board) {
  const table = board.tables.find((t) => t.table === page.name);
  if (!table) {
    text(page.reason, `This process has met no table ${page.name}.`);
    return;
  }
  const [word, tone] = tableState(table);
  text(page.state, word);
  set(page.state, 'data-tone', tone);
  text(page.reason, table.stopped ?? '');
  show(page.act, { table: table.table }, table.paused, table.stopped);
  const { postgres, delta } = table.sinks;
  fact('Rows in', count(table.in));
  fact('Applied, PostgreSQL', count(postgres.applied));
  fact('Applied, Delta', count(delta.applied));
  fact('Skipped', `${count(postgres.skipped)} / ${count(delta.skipped)}`);
  fact('Filtered', count(postgres.filtered));
  fact('Dead letters', count(postgres.deadLettered));
  fact('Behind', behind(table.lagRecords, table.lagSeconds));
  fact('Delta version', count(table.version));
  partitions(page.partitions, board.partitions.filter((p) => p.table === table.table));
}

function fact(name, value) {
  let card = [...page.facts.children].find((it) => it.dataset.name === name);
  if (!card) {
    card = make('div', 'card', null, make('span', '', name), make('b'));
    card.dataset.name = name;
    page.facts.append(card);
  }
  text(card.querySelector('b'), value);
}

async function look() {
  const mine = page;
  const dot = mine.name.indexOf('.');
  const address = `tables/${encodeURIComponent(mine.name.slice(0, dot))}/${encodeURIComponent(mine.name.slice(dot + 1))}`;
  try {
    const found = await get(address);
    if (page !== mine) return;
    const now = found.history.at(-1)?.[0] ?? Date.now();
    mine.rates.draw([1, 2, 3].map((i) => found.history.map((p) => [p[0], p[i]])), now);
    mine.lags.draw([found.history.map((p) => [p[0], p[5]])], now);
    mine.looks.replaceChildren(...columns(found), ...versions(found), ...rows('Current rows in PostgreSQL', 't-mirror', found.mirrorRows ?? found), ...rows('Newest rows of the change log', 't-log', found.logRows ?? found));
  } catch (failure) {
    if (page === mine) mine.looks.replaceChildren(make('p', 'note', failure.message));
  }
}

function columns(found) {
  const log = found.log ?? found;
  const it = section('Columns', 't-columns');
  if (log.unavailable) {
    it.none(log.unavailable);
    return it.all;
  }
  const body = it.body(['Column', 'Type in Delta', 'May be null', 'Comes from']);
  for (const column of log.columns) {
    const name = make('th', '', column.name);
    name.scope = 'row';
    body.append(make('tr', '', null, name, make('td', '', column.type), make('td', '', column.nullable ? 'yes' : 'no'), make('td', '', column.added ? 'Duet' : 'the source')));
  }
  return [...it.all, make('p', 'note', `${log.path}, version ${count(log.version)}`)];
}

function versions(found) {
  const part = found.versions ?? found;
  const it = section('Versions of the change log', 't-versions');
  if (part.unavailable) {
    it.none(part.unavailable);
    return it.all;
  }
  const body = it.body(['Version', 'Time', 'Operation|wide', 'Files|num', 'Rows|num', 'Size|num wide', 'Schema', 'Positions|wide']);
  for (const v of part.versions) {
    const positions = Object.entries(v.positions).map(([partition, next]) => `${partition}: ${count(next)}`).join(', ');
    const name = make('th', '', count(v.version));
    name.scope = 'row';
    body.append(make('tr', '', null, name, make('td', '', clock(v.committedAt)), make('td', 'wide', v.operation), make('td', 'num', `+${count(v.filesAdded)} −${count(v.filesRemoved)}`),
      make('td', 'num', count(v.rowsAdded)), make('td', 'num wide', bytes(v.bytesAdded)), make('td', '', v.schemaChanged ? 'changed' : ''), make('td', 'wide data', positions)));
  }
  return it.all;
}

function rows(title, id, part) {
  const it = section(title, id);
  if (part.unavailable || part.rows.length === 0) {
    it.none(part.unavailable ?? 'There are none.');
    return it.all;
  }
  const body = it.body(part.columns);
  for (const values of part.rows) {
    body.append(make('tr', '', null, ...values.map((value) => (value === null ? make('td', 'null', 'null') : make('td', 'data', value)))));
  }
  return it.all;
}
