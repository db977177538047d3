// The page that shows all.
import { byId, keyed, make, row, set, text } from './dom.js';
import { behind, bytes, clock, count, millis, plural, rate, seconds } from './format.js';
import { button, show } from './actions.js';
import { Chart } from './charts.js';
import { get } from './api.js';

const MARKS = {
  ok: 'M5 12.5l4.5 4.5L19 7.5', warn: 'M12 6v7M12 17v.3', bad: 'M7 7l10 10M17 7L7 17', pause: 'M9 6v12M15 6v12',
};
const TONES = { well: 'ok', behind: 'warn', idle: 'warn', paused: 'warn', waiting: 'bad', stopped: 'bad', lost: 'bad' };
const SINKS = { postgres: 'PostgreSQL', delta: 'Delta' };

const rates = new Chart('chart-rate', 'Rate', 'records/s', [{ key: 'in', name: 'read' }, { key: 'postgres', name: 'PostgreSQL' }, { key: 'delta', name: 'Delta' }], rate);
const lags = new Chart('chart-lag', 'Behind the source', 'seconds', [{ key: 'lag', name: 'oldest' }], (s) => (s >= 600 ? seconds(s) : rate(s)));
const writes = new Chart('chart-write', 'Writes', 'milliseconds for a batch', [{ key: 'postgres', name: 'PostgreSQL' }, { key: 'delta', name: 'Delta' }], rate, true);

export function verdict(state, headline, detail, when) {
  const tone = TONES[state] ?? 'warn';
  set(byId('verdict'), 'data-state', state);
  set(byId('verdict'), 'data-tone', tone);
  set(byId('mark'), 'd', state === 'paused' ? MARKS.pause : MARKS[tone]);
  text(byId('headline'), headline);
  text(byId('detail'), detail);
  text(byId('when'), when);
}

export function overview(board, history) {
  path(board);
  problems(board.problems);
  charts(board, history);
  text(byId('n-tables'), board.totals.tables > board.tables.length ? `${board.tables.length} of ${count(board.totals.tables)}` : count(board.totals.tables));
  keyed(byId('tables').tBodies[0], board.tables, (t) => t.table, tableRow, fillTable);
  text(byId('n-partitions'), board.totals.partitions > board.partitions.length ? `${board.partitions.length} of ${count(board.totals.partitions)}` : count(board.totals.partitions));
  partitions(byId('partitions').tBodies[0], board.partitions);
  keyed(byId('commits').tBodies[0], board.commits, (c) => `${c.at} ${c.sink}`, commitRow, fillCommit);
}

function node(name, perSecond, sub, badge = '', tone = null) {
  const it = document.querySelector(`[data-node="${name}"]`);
  text(it.querySelector('b'), rate(perSecond));
  text(it.querySelector('.sub'), sub);
  const place = it.querySelector('.badge');
  if (place) {
    text(place, badge);
    set(place, 'data-tone', tone);
  }
}

function path(board) {
  const { flow } = board;
  node('topics', flow.produced, `${plural(board.totals.partitions, 'partition')}, ${plural(flow.lagRecords, 'record')} to go`);
  node('intake', flow.accepted, `${bytes(flow.bufferedBytes)} under way`);
  for (const sink of board.sinks) {
    const retrying = sink.state === 'retrying';
    node(sink.name, flow.written[sink.name], `${count(sink.rows)} rows in ${plural(sink.batches, 'batch', 'batches')}, half within ${millis(sink.medianMillis)}, 95 % within ${millis(sink.p95Millis)}`,
      retrying ? `retrying, attempt ${sink.attempt}` : sink.lagSeconds === 0 ? 'level' : `${seconds(sink.lagSeconds)} behind`, retrying ? 'bad' : null);
  }
  const [intake, lanes] = document.querySelectorAll('.pipe');
  intake.classList.toggle('flowing', flow.accepted > 0);
  lanes.classList.toggle('flowing', flow.written.postgres + flow.written.delta > 0);
}

function charts(board, history) {
  const now = Date.parse(board.at);
  rates.draw([1, 2, 3].map((i) => history.map((p) => [p[0], p[i]])), now);
  lags.draw([history.map((p) => [p[0], p[5]])], now);
  writes.draw(board.sinks.map((sink) => sink.recent.map((batch) => [batch[0], batch[3]])), now);
}

function problems(list) {
  byId('problems-section').hidden = list.length === 0;
  keyed(byId('problems'), list, (p) => `${p.where} ${p.table} ${p.partitions.join()} ${p.reason}`, () => {
    const li = make('li');
    const advice = make('p', 'advice');
    advice.append(make('b', '', 'What to do: '), make('span'));
    li.append(make('p', 'head'), make('p', 'why'), advice);
    return li;
  }, (li, p) => {
    li.className = p.ended ? 'over' : '';
    const where = [SINKS[p.where] ?? p.where, p.table, p.partitions.join(', ')].filter(Boolean).join(' · ');
    text(li.querySelector('.head'), `${clock(p.at)} · ${where}${p.times > 1 ? ` · ${count(p.times)} times` : ''}${p.ended ? ` · over since ${clock(p.ended)}` : ' · lasts'}`);
    text(li.querySelector('.why'), p.reason);
    text(li.querySelector('.advice span'), p.advice);
  });
}

function tableRow(table) {
  const tr = row(['th', ''], ['td', ''], ['td', 'num'], ['td', 'num wide'], ['td', 'num wide'], ['td', 'num wide'], ['td', 'num wide'], ['td', 'num wide'], ['td', 'num'], ['td', 'num wide'], ['td', 'act']);
  const link = make('a', '', table.table);
  link.href = `#/table/${encodeURIComponent(table.table)}`;
  tr.cells[0].append(link);
  tr.cells[1].append(make('span', 'state'));
  tr.cells[10].append(button(table.table));
  return tr;
}

export function tableState(table) {
  if (table.stopped) return ['stands still', 'bad'];
  if (table.paused) return ['paused', 'warn'];
  return table.lagSeconds > 60 ? ['catching up', 'warn'] : ['well', 'ok'];
}

function fillTable(tr, table) {
  const { postgres, delta } = table.sinks;
  const [word, tone] = tableState(table);
  const state = tr.cells[1].firstChild;
  text(state, word);
  set(state, 'data-tone', tone);
  set(state, 'title', table.stopped);
  [count(table.in), count(postgres.applied), count(delta.applied), `${count(postgres.skipped)} / ${count(delta.skipped)}`, count(postgres.filtered), count(postgres.deadLettered),
    behind(table.lagRecords, table.lagSeconds), count(table.version)].forEach((value, i) => text(tr.cells[i + 2], value));
  show(tr.cells[10].firstChild, { table: table.table }, table.paused, table.stopped);
}

export function partitions(body, list) {
  keyed(body, list, (p) => `${p.topic}-${p.partition}`, (p) => {
    const tr = row(['th', ''], ['td', 'num wide'], ['td', 'num'], ['td', 'num'], ['td', 'num wide'], ['td', 'num wide'], ['td', 'act']);
    text(tr.cells[0], `${p.topic}-${p.partition}`);
    tr.cells[6].append(button(`partition ${p.topic}-${p.partition}`));
    return tr;
  }, (tr, p) => {
    [count(p.end), count(p.positions.postgres), count(p.positions.delta), behind(p.lagRecords, p.lagSeconds),
      `${count(Math.max(0, p.positions.postgres - p.positions.delta))} · ${seconds(p.trailSeconds)}`].forEach((value, i) => text(tr.cells[i + 1], value));
    show(tr.cells[6].firstChild, { topic: p.topic, partition: p.partition }, p.paused, p.stopped);
  });
}

const commitRow = () => row(['td', ''], ['td', ''], ['td', ''], ['td', 'num'], ['td', 'num wide'], ['td', 'num']);

function fillCommit(tr, commit) {
  const tables = commit.tables.map((name) => (name in commit.versions ? `${name} version ${count(commit.versions[name])}` : name));
  const shown = tables.length > 3 ? `${tables.slice(0, 3).join(', ')} and ${tables.length - 3} more` : tables.join(', ');
  [clock(commit.at), SINKS[commit.sink], shown, count(commit.rows), bytes(commit.bytes), millis(commit.millis)].forEach((value, i) => text(tr.cells[i], value));
}

byId('settings').addEventListener('toggle', async () => {
  if (!byId('settings').open) return;
  const body = byId('settings-table').tBodies[0];
  try {
    const { settings } = await get('configuration');
    keyed(body, settings, (s) => s.key, () => row(['th', ''], ['td', 'data']), (tr, s) => { text(tr.cells[0], s.key); text(tr.cells[1], s.value); });
  } catch (failure) {
    body.replaceChildren(make('tr', '', null, make('td', 'empty', failure.message)));
  }
});
