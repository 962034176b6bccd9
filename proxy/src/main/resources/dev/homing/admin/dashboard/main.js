// The page as a whole: what is shown when, the banner, the theme.

const THEME = 'homing-theme';
let newest = null;
let newestHour = null;

function onEvent(name, data) {
  if (name === 'live') {
    newest = data;
    byId('token-box').hidden = true;
    byId('recent').hidden = false;
    byId('explain-box').hidden = false;
    byId('forget-token').hidden = sessionStorage.getItem(TOKEN) === null;
    showPools(data);
    showSummary(data);
    showEvents(byId('changes'), data.transitions, change);
    showEvents(byId('moves'), data.moves, move);
    showPoolChoice(data.pools.map((pool) => pool.pool));
  } else if (name === 'hour') {
    newestHour = data;
  }
  if (newestHour !== null && newest !== null) {
    showCharts(newestHour);
    newestHour = null;
  }
  showAge();
}

function showSummary(live) {
  const ids = (wanted) => live.backends.filter((replica) => standing(replica) === wanted).map((replica) => replica.id);
  const down = ids('down');
  const draining = ids('drain').concat(ids('off'));
  const cold = live.backends.filter((replica) => isCold(replica, live.pools.find((pool) => pool.pool === replica.pool)));
  const where = byId('summary');
  where.className = down.length > 0 || live.not_ready !== null ? 'bad' : draining.length + cold.length > 0 ? 'warn' : '';
  const well = down.length + draining.length === 0 && live.not_ready === null;
  const words = [well ? `${several(live.backends.length, 'replica', 'replicas')} up` : null, live.not_ready, down.length > 0 ? `down: ${down.join(', ')}` : null,
    draining.length > 0 ? `drained or off: ${draining.join(', ')}` : null,
    cold.length > 0 ? `cold: ${cold.map((replica) => replica.id).join(', ')}` : null];
  say(where, words.filter((part) => part !== null).join('; '));
  document.title = `${down.length > 0 ? `${down.length} down \u00b7 ` : ''}homing`;
}

function change(event) {
  const words = { up: 'is up', down: 'is down', drain: 'drains', off: 'is off' }[event.to];
  return [element('b', {}, event.backend), ` ${words}: ${event.why}`];
}

function move(event) {
  const button = element('button', { type: 'button', class: 'link hash', 'aria-label': `Explain session ${event.session}` }, event.session);
  button.addEventListener('click', () => explain({ hash: event.session, pool: event.pool }));
  return [button, ' to ', element('b', {}, event.to), `: ${event.reason}`];
}

/** Redone only when there is something new, so that a list can be scrolled and its buttons keep the focus. */
function showEvents(list, events, words) {
  const print = events.length === 0 ? 'none' : `${events.length} ${JSON.stringify(events[0])}`;
  if (list.dataset.print === print) {
    return;
  }
  list.dataset.print = print;
  list.replaceChildren(...events.map((event) => element('li', {},
    element('time', { datetime: event.at, title: new Date(event.at).toLocaleString() }), element('span', {}, ...words(event)))));
  if (events.length === 0) {
    list.append(element('li', { class: 'none' }, 'none since the start'));
  }
}

function showPoolChoice(names) {
  const choice = byId('pool');
  if (choice.dataset.names !== names.join()) {
    choice.dataset.names = names.join();
    choice.replaceChildren(...names.map((name) => element('option', {}, name)));
    byId('pool-choice').hidden = names.length < 2;
  }
}

/** Seconds since the newest figures were true. */
function age() {
  return (performance.now() - feed.receivedAt) / 1000;
}

/** Times are told by the clock of the proxy, whatever this machine's own says. */
function showAge() {
  const old = newest === null ? 0 : age();
  const lost = feed.trouble !== null || old > 4;
  if (newest !== null) {
    for (const time of document.querySelectorAll('time')) {
      say(time, `${duration((Date.parse(newest.at) - Date.parse(time.dateTime)) / 1000 + old)} ago`);
    }
  }
  const next = Math.ceil((feed.nextTry - performance.now()) / 1000);
  const again = next > 0 ? `Next try in ${next} s.` : 'Trying again.';
  const asking = !byId('token-box').hidden;
  byId('banner').hidden = !lost || asking;
  byId('main').classList.toggle('stale', lost && newest !== null);
  say(byId('banner'), lost && !asking
    ? `${feed.trouble ?? 'Connection lost'}. ${newest === null ? '' : `These figures are ${duration(old)} old. `}${again}` : '');
  if (newest === null && lost) {
    say(byId('summary'), 'No figures yet');
  }
}

function start() {
  followForever(onEvent, () => {
    byId('token-box').hidden = false;
    say(byId('token-error'), sessionStorage.getItem(TOKEN) === null ? '' : 'This token is not accepted.');
    sessionStorage.removeItem(TOKEN);
    say(byId('summary'), 'Waiting for the token');
    byId('token').focus();
    showAge();
  });
}

byId('token-form').addEventListener('submit', (event) => {
  event.preventDefault();
  sessionStorage.setItem(TOKEN, byId('token').value.trim());
  byId('token').value = '';
  start();
});
byId('forget-token').addEventListener('click', () => {
  sessionStorage.removeItem(TOKEN);
  location.reload();
});

function setTheme(theme) {
  if (theme === '') {
    delete document.documentElement.dataset.theme;
    localStorage.removeItem(THEME);
  } else {
    document.documentElement.dataset.theme = theme;
    localStorage.setItem(THEME, theme);
  }
}

byId('theme').value = ['light', 'dark'].includes(localStorage.getItem(THEME)) ? localStorage.getItem(THEME) : '';
setTheme(byId('theme').value);
byId('theme').addEventListener('change', () => setTheme(byId('theme').value));
document.addEventListener('visibilitychange', () => {
  if (document.visibilityState === 'hidden') {
    pauseFollowing();
  } else {
    start();
  }
});
setInterval(showAge, 500);
start();
