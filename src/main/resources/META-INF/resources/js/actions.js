// Buttons that pause and resume.
import { byId, make, set, text } from './dom.js';
import { change } from './api.js';

let allowed = false;
export const allow = (yes) => { allowed = yes; };

export function button(name) {
  const it = make('button', 'small');
  it.type = 'button';
  it.dataset.of = name;
  it.addEventListener('click', () => run(it, it.parameters, it.dataset.of));
  return it;
}

/** what: the name for people; paused decides what the button does. */
export function show(it, parameters, paused, stopped) {
  it.parameters = parameters;
  it.hidden = !allowed;
  const verb = paused ? 'Resume' : stopped ? 'Try again' : 'Pause';
  it.dataset.verb = paused || stopped ? 'resume' : 'pause';
  text(it, verb);
  set(it, 'aria-label', `${verb} ${it.dataset.of}`);
}

async function run(it, parameters, name) {
  const verb = it.dataset.verb;
  set(it, 'aria-busy', 'true');
  try {
    await change(verb, parameters);
    say(verb === 'pause' ? `Paused ${name}.` : `Resumed ${name}.`);
  } catch (failure) {
    say(`Not done: ${failure.message}`);
  } finally {
    set(it, 'aria-busy', null);
  }
}

export function say(sentence) { text(byId('said'), sentence); }

/** The button for all: a pause is asked back. */
export function showAll(paused) {
  const all = byId('all');
  all.hidden = !allowed;
  all.dataset.verb = paused ? 'resume' : 'pause';
  text(all, paused ? 'Resume all' : 'Pause all');
}

byId('all').addEventListener('click', () => {
  if (byId('all').dataset.verb === 'resume') run(byId('all'), {}, 'all');
  else byId('confirm').showModal();
});
byId('confirm').addEventListener('close', () => {
  if (byId('confirm').returnValue === 'yes') run(byId('all'), {}, 'all');
  byId('confirm').returnValue = '';
});
