// Follows the service and shows the page that the address names: #/ or #/table/schema.table.
import { byId, set, text } from './dom.js';
import { clock, seconds } from './format.js';
import { follow, get } from './api.js';
import { allow, showAll } from './actions.js';
import { overview, verdict } from './overview.js';
import * as table from './table.js';

const KEPT = 120;
let history = [];
let since = null;
let board = null;
let pipeline = '';

async function begin() {
  const status = await get('status');
  history = status.history;
  since = status.since;
  pipeline = status.pipeline;
  text(byId('pipeline'), pipeline);
  text(byId('foot'), `Duet ${status.version}, counting since ${clock(status.since)}${status.user ? `, logged in as ${status.user}` : ''}`);
  allow(status.mayChange);
  render(status);
}

function render(now) {
  board = now;
  if (now.point && now.point[0] !== history.at(-1)?.[0]) history = [...history, now.point].slice(-KEPT);
  verdict(now.state, now.headline, now.detail, `${clock(now.at)}, ${now.flow.lagRecords === 0 ? 'level' : `${seconds(now.flow.lagSeconds)} behind`}`);
  document.title = `${now.headline} – ${pipeline} – Duet`;
  showAll(now.partitions.length > 0 && now.partitions.every((p) => p.paused));
  if (table.isOpen()) table.update(now);
  else overview(now, history);
}

function route() {
  const match = location.hash.match(/^#\/table\/(.+)$/);
  byId('overview').hidden = match !== null;
  byId('detail-page').hidden = match === null;
  if (match) {
    table.open(decodeURIComponent(match[1]));
  } else {
    table.close();
  }
  if (board) render(board);
}

const THEMES = ['auto', 'light', 'dark'];
function theme(name) {
  set(document.documentElement, 'data-theme', name === 'auto' ? null : name);
  text(byId('theme'), `Theme: ${name}`);
  try {
    localStorage.setItem('duet.theme', name);
  } catch { /* the choice lasts as long as the page */ }
  if (board) render(board);
}
function chosen() {
  try {
    return THEMES.includes(localStorage.getItem('duet.theme')) ? localStorage.getItem('duet.theme') : 'auto';
  } catch {
    return 'auto';
  }
}
byId('theme').addEventListener('click', () => {
  const now = byId('theme').textContent.replace('Theme: ', '');
  theme(THEMES[(THEMES.indexOf(now) + 1) % THEMES.length]);
});

theme(chosen());
addEventListener('hashchange', route);
document.querySelector('.skip').addEventListener('click', (event) => { event.preventDefault(); byId('main').focus(); });
route();
begin().catch((failure) => verdict('lost', 'No answer from Duet', failure.message, ''));
follow((now) => {
  if (since !== null && now.since !== since) begin().catch(() => {}); // another process answers now
  if (since === null) begin().catch(() => {});
  else render(now);
}, (last) => verdict('lost', 'No answer from Duet', `Nothing was heard since ${clock(new Date(last).toISOString())}; the numbers below are from then. The page goes on by itself.`, ''));
