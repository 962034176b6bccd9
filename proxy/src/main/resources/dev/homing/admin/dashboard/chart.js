// A chart of shares, 0 to 100 %: one bar each, the newest at the right.

const HEIGHT = 40;

/** How many bars have room: few at first, or a young process would show one dark corner. */
function room(shares) {
  return [30, 60, 120].find((places) => shares.length <= places) ?? shares.length;
}

function svg(name, attributes) {
  const made = document.createElementNS('http://www.w3.org/2000/svg', name);
  for (const [key, value] of Object.entries(attributes)) {
    made.setAttribute(key, value);
  }
  return made;
}

/** An empty chart; `grid` are the shares at which lines are drawn. */
function chart(grid) {
  const root = svg('svg', { viewBox: `0 0 120 ${HEIGHT}`, preserveAspectRatio: 'none', role: 'img' });
  for (const share of grid) {
    const y = HEIGHT * (1 - share);
    root.append(svg('path', { class: 'grid', d: `M0 ${y}H120` }));
  }
  root.append(svg('path', { class: 'bars' }));
  return root;
}

/** A share of nothing has no bar; a share of zero has a thin one, because there were tokens. */
function draw(root, shares, barSeconds) {
  const width = 120 / room(shares);
  const first = room(shares) - shares.length;
  const path = shares
    .map((share, i) => {
      const top = HEIGHT - Math.max(0.7, (share ?? 0) * HEIGHT);
      return share === null ? '' : `M${(first + i) * width} ${HEIGHT}V${top.toFixed(2)}h${width * 0.85}V${HEIGHT}z`;
    })
    .join('');
  root.querySelector('.bars').setAttribute('d', path);
  const told = shares.filter((share) => share !== null);
  const span = duration(shares.length * barSeconds);
  const words = told.length === 0
    ? `Cached share over the last ${span}: no tokens yet`
    : `Cached share over the last ${span}: from ${percent(Math.min(...told))} to ${percent(Math.max(...told))}`;
  root.setAttribute('aria-label', words);
}

/** What the bar under a pointer says, null where there is none. */
function barAt(root, shares, barSeconds, clientX) {
  const box = root.getBoundingClientRect();
  const place = Math.floor(((clientX - box.left) / box.width) * room(shares));
  const index = place - (room(shares) - shares.length);
  if (index < 0 || index >= shares.length) {
    return null;
  }
  const ago = (shares.length - 1 - index) * barSeconds;
  const when = ago === 0 ? 'now' : `${duration(ago)} ago`;
  return shares[index] === null ? `${when}: no tokens` : `${when}: ${percent(shares[index])}`;
}
