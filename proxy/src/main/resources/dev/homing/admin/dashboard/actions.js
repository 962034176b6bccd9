// What an operator does: requests to this listener, with the token where one is asked for.

const TOKEN = 'homing-token';
let noticeTimer = 0;

/** @param path below the page, never with a token or a session's id in it */
function ask(path, options = {}) {
  const token = sessionStorage.getItem(TOKEN);
  const headers = { ...(options.headers ?? {}), ...(token === null ? {} : { Authorization: `Bearer ${token}` }) };
  return fetch(path, { cache: 'no-store', credentials: 'omit', ...options, headers });
}

/** The JSON of a good answer; else fails with what the listener said. */
async function askJson(method, path, body) {
  const answer = await ask(path, { method, body: JSON.stringify(body), headers: { 'Content-Type': 'application/json' } });
  const told = await answer.json().catch(() => null);
  if (!answer.ok) {
    throw new Error(told?.error?.message ?? `status ${answer.status}`);
  }
  return told;
}

function notify(text) {
  clearTimeout(noticeTimer);
  say(byId('notice'), text);
  noticeTimer = setTimeout(() => say(byId('notice'), ''), 6000);
}

function stateButtons(pool, id) {
  const button = (text, act) => {
    const made = element('button', { type: 'button', 'aria-label': `${text} ${id}` }, text);
    made.addEventListener('click', () => act());
    return made;
  };
  return {
    ready: button('Enable', () => setState(pool, id, 'ready')),
    drain: button('Drain', () => setState(pool, id, 'drain')),
    off: button('Turn off', async () => {
      if (await isSure(id)) {
        await setState(pool, id, 'off');
      }
    }),
  };
}

async function setState(pool, id, state) {
  const path = `api/backends/${encodeURIComponent(id)}/state?pool=${encodeURIComponent(pool)}`;
  try {
    await askJson('PUT', path, { state });
    notify({ ready: `${id} is enabled`, drain: `${id} drains: it keeps its sessions and gets no new ones`, off: `${id} is off` }[state]);
  } catch (failure) {
    notify(`${id} was not changed: ${failure.message}`);
  }
}

/** Asks before a replica is turned off; Escape and Cancel are no. */
function isSure(id) {
  const dialog = byId('confirm');
  say(byId('confirm-title'), `Turn ${id} off?`);
  say(byId('confirm-text'), 'Its sessions move to other replicas at their next request and are read again there. '
    + 'Answers under way go on. It stays off until you enable it, or the configuration is reloaded.');
  return new Promise((resolve) => {
    dialog.returnValue = '';
    dialog.addEventListener('close', () => resolve(dialog.returnValue === 'yes'), { once: true });
    dialog.showModal();
    byId('confirm-no').focus();
  });
}

byId('confirm-no').addEventListener('click', () => byId('confirm').close('no'));
byId('confirm-yes').addEventListener('click', () => byId('confirm').close('yes'));

/** @param question `{session}` or `{hash}`, with the pool where there are several */
async function explain(question) {
  const where = byId('explanation');
  try {
    const told = await askJson('POST', 'api/explain', question);
    where.replaceChildren(verdict(told), order(told));
  } catch (failure) {
    where.replaceChildren(element('p', { class: 'error' }, failure.message));
  }
  where.scrollIntoView({ block: 'nearest' });
}

function verdict(told) {
  const list = element('dl', { class: 'verdict' });
  const line = (label, ...value) => list.append(element('dt', {}, label), element('dd', {}, ...value));
  line('Session', element('span', { class: 'hash' }, told.hash), ` in pool ${told.pool}`);
  line('Bound to', told.pin ?? 'no replica');
  line('Next request', element('b', {}, told.backend ?? 'nowhere'), ` (${told.decision.replaceAll('_', ' ')}): ${told.why}`);
  return list;
}

function order(told) {
  const labels = ['Replica, best score first', 'Score', 'Weight', 'Pending tokens', 'A new session'];
  const row = (candidate) => {
    const state = candidate.healthy ? candidate.state : `${candidate.state}, down`;
    const cells = [candidate.backend + (state === 'ready' ? '' : ` (${state})`), candidate.score.toPrecision(4),
      String(candidate.weight), whole(candidate.pending_prompt_tokens), candidate.passed_over ?? 'may be placed here'];
    return element('tr', { role: 'row' }, ...cells.map((text, i) => element('td',
      { role: 'cell', 'data-label': labels[i], class: i === 0 ? 'text' : i === 4 ? 'text wide' : '' }, text)));
  };
  return element('table', { role: 'table', 'aria-label': 'Rendezvous order' },
    element('thead', { role: 'rowgroup' }, element('tr', { role: 'row' }, ...labels.map((label, i) => element('th',
      { role: 'columnheader', scope: 'col', class: i === 0 || i === 4 ? 'text' : '' }, label)))),
    element('tbody', { role: 'rowgroup' }, ...told.order.map(row)));
}

byId('explain-form').addEventListener('submit', (event) => {
  event.preventDefault();
  const session = byId('session').value;
  byId('session').value = '';
  explain({ session, pool: byId('pool').value });
});
