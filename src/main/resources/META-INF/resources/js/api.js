// The service's interface. Addresses are relative, so that the page works below any path.
export async function get(path) {
  const answer = await fetch(`api/v1/${path}`, { cache: 'no-store' });
  if (!answer.ok) throw new Error(await reason(answer));
  return answer.json();
}

export async function change(what, parameters) {
  const answer = await fetch(`api/v1/${what}?${new URLSearchParams(parameters)}`, { method: 'POST', headers: { 'X-Duet-Request': '1' } });
  if (!answer.ok) throw new Error(await reason(answer));
}

async function reason(answer) {
  if (answer.status === 401) return 'You are not logged in.';
  try {
    return (await answer.json()).error;
  } catch {
    return answer.status === 403 ? 'You may look, but not change: that needs the role operator.' : `Duet answered ${answer.status}.`;
  }
}

/** Calls on(board) each second while the service answers, lost() when it does not. */
export function follow(on, lost) {
  let last = Date.now();
  let source = null;
  let polling = 0;
  const heard = (board) => { last = Date.now(); on(board); };
  const open = () => {
    source = new EventSource('api/v1/events');
    source.onmessage = (event) => { polling = 0; heard(JSON.parse(event.data)); };
  };
  open();
  setInterval(async () => {
    if (Date.now() - last > 6000) lost(last);
    if (source.readyState !== EventSource.CLOSED) return;
    // As many pages as may are told each second already, or the service is away: ask now and then.
    try {
      if (polling++ % 3 === 0) heard(await get('status'));
      if (polling % 15 === 0) open();
    } catch { /* lost() says so */ }
  }, 2000);
}
