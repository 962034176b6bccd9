// How figures are put into words, and words onto the page: always as text, never as markup.

const NOTHING = '\u2013';

function byId(id) {
  return document.getElementById(id);
}

/** An element with these attributes, a class among them, and these children: elements or text. */
function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    made.setAttribute(key, value);
  }
  made.append(...children);
  return made;
}

/** Changes nothing when it is the same: a screen reader is told of changes, and a selection stays. */
function say(where, text) {
  if (where.textContent !== text) {
    where.textContent = text;
  }
}

function percent(share) {
  return share === null ? NOTHING : `${(share * 100).toFixed(1)}\u202f%`;
}

function whole(count) {
  return count < 100000
    ? count.toLocaleString('en')
    : new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 }).format(count);
}

function rate(perSecond) {
  return perSecond >= 100 ? whole(Math.round(perSecond)) : perSecond.toFixed(perSecond >= 10 || perSecond === 0 ? 0 : 2);
}

function wait(seconds) {
  if (seconds < 1) {
    return `${Math.round(seconds * 1000)} ms`;
  }
  return seconds < 10 ? `${seconds.toFixed(2)} s` : `${Math.round(seconds).toLocaleString('en')} s`;
}

function duration(seconds) {
  if (seconds < 60) {
    return `${Math.max(0, Math.floor(seconds))} s`;
  }
  return seconds < 3600 ? `${Math.floor(seconds / 60)} min` : `${Math.floor(seconds / 3600)} h`;
}

function several(count, one, more) {
  return `${whole(count)} ${count === 1 ? one : more}`;
}
