// The pools and their replicas. What is on the page stays and only its words change, so that whoever has a button in focus keeps it.

const pools = new Map();

/** What stands in the list beside a replica's name; `label` is its column. */
const COLUMNS = [
  { label: 'Replica' },
  { label: 'In flight / slots', text: (r) => `${whole(r.inflight)}${r.slots === null ? '' : ` / ${whole(r.slots)}`}` },
  { label: 'Queue', text: (r) => whole(r.queued) },
  { label: 'Sessions', text: (r) => whole(r.sessions) },
  { label: 'Pending tokens', text: (r) => whole(r.pending_prompt_tokens) },
  { label: 'Cached, 1 min', share: true },
  { label: 'Cached, 1 h', text: (r) => percent(r.hour.cached_share) },
  { label: 'Cached share over time', chart: true },
  { label: 'Actions', buttons: true },
];

function standing(replica) {
  if (replica.state === 'off') {
    return 'off';
  }
  return replica.healthy ? (replica.state === 'drain' ? 'drain' : 'up') : 'down';
}

/** Whether it takes less than half as much from its cache as its pool did in the last hour. */
function isCold(replica, pool) {
  return replica.minute.cached_share !== null && pool.hour.cached_share >= 0.1
    && replica.minute.cached_share < pool.hour.cached_share / 2;
}

function fact(list, label) {
  const value = element('span');
  const note = element('small');
  list.append(element('div', {}, element('dt', {}, label), element('dd', {}, value, note)));
  return { value, note };
}

function makePool(name) {
  const title = element('h2', {}, `Pool ${name}`);
  const wellness = element('p', { class: 'wellness' });
  const minute = element('span', { class: 'big' });
  const minuteNote = element('small', { class: 'muted' });
  const hour = element('span', { class: 'second' });
  const hourNote = element('small', { class: 'muted' });
  const shares = element('dl', {},
    element('div', {}, element('dt', {}, 'Cached share, last minute'), element('dd', { class: 'now' }, minute, minuteNote)),
    element('div', {}, element('dt', {}, 'Last hour'), element('dd', {}, hour, hourNote)));
  const graph = chart([0, 0.5, 1]);
  const since = element('span');
  const readout = element('span');
  const figure = element('div', { class: 'chart' }, graph,
    element('div', { class: 'chart-foot' }, since, readout, element('span', {}, 'now')));
  const facts = element('dl', { class: 'facts' });
  const made = {
    wellness, minute, minuteNote, hour, hourNote, graph, since, readout, bars: { shares: [], seconds: 0 },
    requests: fact(facts, 'Requests a second'),
    p50: fact(facts, 'First token, p50'),
    p95: fact(facts, 'First token, p95'),
    work: fact(facts, 'In flight'),
    sessions: fact(facts, 'Sessions'),
    decisions: element('ul'),
    body: element('tbody', { role: 'rowgroup' }),
    replicas: new Map(),
  };
  const heads = COLUMNS.map((column, i) =>
    element('th', { role: 'columnheader', scope: 'col', ...(i === 0 ? { class: 'text' } : {}) }, column.label));
  const table = element('table', { role: 'table', 'aria-label': `Replicas of pool ${name}` },
    element('thead', { role: 'rowgroup' }, element('tr', { role: 'row' }, ...heads)), made.body);
  const decisions = element('div', { class: 'decisions' },
    element('span', { class: 'muted' }, 'Decisions, last minute and (last hour)'), made.decisions);
  made.section = element('section', { class: 'card', 'data-pool': name },
    element('div', { class: 'pool-head' }, title, wellness),
    element('div', { class: 'shares' }, shares, figure), facts, decisions, table);
  graph.addEventListener('pointermove', (event) =>
    say(readout, barAt(graph, made.bars.shares, made.bars.seconds, event.clientX) ?? ''));
  graph.addEventListener('pointerleave', () => say(readout, ''));
  return made;
}

function showPool(made, pool, replicas) {
  const down = replicas.filter((replica) => standing(replica) === 'down').length;
  const up = replicas.filter((replica) => replica.healthy && replica.state !== 'off').length;
  made.wellness.classList.toggle('bad', down > 0);
  say(made.wellness, down > 0 ? `${down} of ${several(replicas.length, 'replica is', 'replicas are')} down`
    : `${up} of ${several(replicas.length, 'replica', 'replicas')} up`);
  say(made.minute, percent(pool.minute.cached_share));
  const any = Object.keys(pool.hour.decisions).length > 0;
  say(made.minuteNote, pool.minute.prompt_tokens > 0 ? `of ${several(pool.minute.prompt_tokens, 'prompt token', 'prompt tokens')}`
    : any ? 'no tokens told in the last minute' : 'no requests yet');
  say(made.hour, percent(pool.hour.cached_share));
  say(made.hourNote, pool.hour.prompt_tokens > 0 ? `of ${whole(pool.hour.prompt_tokens)}` : '');
  say(made.requests.value, rate(pool.minute.requests_per_second));
  say(made.requests.note, 'last minute');
  for (const which of ['p50', 'p95']) {
    const first = pool.minute.first_token;
    const before = pool.hour.first_token;
    say(made[which].value, first === null ? NOTHING : wait(first[which]));
    say(made[which].note, before === null ? 'no streamed answer yet' : `last hour ${wait(before[which])}`);
  }
  const sum = (key) => replicas.reduce((total, replica) => total + replica[key], 0);
  say(made.work.value, whole(sum('inflight')));
  say(made.work.note, several(pool.queued, 'waits', 'wait'));
  say(made.sessions.value, whole(sum('sessions')));
  say(made.sessions.note, `${whole(sum('pending_prompt_tokens'))} tokens pending`);
  showDecisions(made.decisions, pool);
}

function showDecisions(list, pool) {
  const names = Object.keys(pool.hour.decisions).sort((a, b) => pool.hour.decisions[b] - pool.hour.decisions[a]);
  if (names.join() !== list.dataset.names) {
    list.dataset.names = names.join();
    list.replaceChildren(...names.map((name) => {
      const label = element('span', { class: name === 'unroutable' ? 'error' : '' }, name.replaceAll('_', ' '));
      return element('li', {}, label, ' ', element('b'), ' ', element('span', { class: 'muted' }));
    }));
  }
  names.forEach((name, i) => {
    say(list.children[i].querySelector('b'), whole(pool.minute.decisions[name] ?? 0));
    say(list.children[i].lastChild, `(${whole(pool.hour.decisions[name])})`);
  });
  if (names.length === 0 && list.children.length === 0) {
    list.replaceChildren(element('li', { class: 'muted' }, 'no requests yet'));
  }
}

function makeReplica(pool, id) {
  const made = { state: element('span', { class: 'state' }), reason: element('span', { class: 'reason' }), cells: [] };
  made.row = element('tr', { role: 'row', 'data-replica': id });
  for (const column of COLUMNS) {
    const cell = element('td', { role: 'cell', 'data-label': column.label });
    if (column === COLUMNS[0]) {
      cell.className = 'text';
      cell.append(made.state, element('span', { class: 'id' }, id), made.reason);
    } else if (column.share) {
      cell.className = 'share';
      made.cold = element('span', { class: 'cold', hidden: '' }, 'cold');
      made.share = element('span');
      cell.append(made.cold, made.share);
    } else if (column.chart) {
      cell.className = 'wide';
      made.graph = chart([0]);
      cell.append(element('div', { class: 'spark' }, made.graph));
    } else if (column.buttons) {
      cell.className = 'wide plain';
      made.buttons = stateButtons(pool, id);
      cell.append(element('div', { class: 'buttons' }, ...Object.values(made.buttons)));
    }
    made.cells.push(cell);
    made.row.append(cell);
  }
  return made;
}

function showReplica(made, replica, pool, at) {
  const now = standing(replica);
  made.state.className = `state ${now}`;
  say(made.state, now);
  made.row.dataset.state = now;
  const since = replica.since === null ? '' : `, for ${duration((Date.parse(at) - Date.parse(replica.since)) / 1000)}`;
  say(made.reason, `${replica.reason ?? now}${since}`);
  COLUMNS.forEach((column, i) => column.text && say(made.cells[i], column.text(replica)));
  say(made.share, percent(replica.minute.cached_share));
  made.cold.hidden = !isCold(replica, pool);
  made.buttons.ready.hidden = replica.state === 'ready';
  made.buttons.drain.hidden = replica.state !== 'ready';
  made.buttons.off.hidden = replica.state === 'off';
}

/** Those that are there by key, made where they are new, in this order; others leave. */
function keep(parent, known, keys, make, part) {
  for (const [key, made] of known) {
    if (!keys.includes(key)) {
      made[part].remove();
      known.delete(key);
    }
  }
  keys.forEach((key, i) => {
    if (!known.has(key)) {
      known.set(key, make(key));
    }
    if (parent.children[i] !== known.get(key)[part]) {
      parent.insertBefore(known.get(key)[part], parent.children[i] ?? null);
    }
  });
}

function showPools(live) {
  keep(byId('pools'), pools, live.pools.map((pool) => pool.pool), makePool, 'section');
  for (const pool of live.pools) {
    const made = pools.get(pool.pool);
    const replicas = live.backends.filter((replica) => replica.pool === pool.pool);
    showPool(made, pool, replicas);
    keep(made.body, made.replicas, replicas.map((replica) => replica.id), (id) => makeReplica(pool.pool, id), 'row');
    replicas.forEach((replica) => showReplica(made.replicas.get(replica.id), replica, pool, live.at));
  }
}

function showCharts(hour) {
  for (const { pool, shares } of hour.pools) {
    const made = pools.get(pool);
    if (made) {
      made.bars = { shares, seconds: hour.bar_seconds };
      draw(made.graph, shares, hour.bar_seconds);
      say(made.since, `${duration(room(shares) * hour.bar_seconds)} ago`);
    }
  }
  for (const { pool, id, shares } of hour.backends) {
    const made = pools.get(pool)?.replicas.get(id);
    if (made) {
      draw(made.graph, shares, hour.bar_seconds);
    }
  }
}
