// The live figures: one stream of server-sent events, read by fetch because EventSource cannot send a token.

const SILENCE_MS = 5000;
const LONGEST_PAUSE_MS = 10000;

const feed = {
  /** When the newest figures came, on the clock of performance.now(); null before the first. */
  receivedAt: null,
  /** Why there are no new ones, null while there are. */
  trouble: null,
  /** When the next try begins, on the same clock. */
  nextTry: 0,
};
let running = null;

/** Follows the stream for as long as the page is looked at; again and again when it breaks. */
async function followForever(onEvent, onRefused) {
  const own = new AbortController();
  running?.abort();
  running = own;
  for (let pause = 1000; !own.signal.aborted; pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
    let heard = false;
    try {
      await follow(own.signal, (name, data) => {
        heard = true;
        feed.trouble = null;
        feed.receivedAt = performance.now();
        onEvent(name, data);
      });
      feed.trouble = 'Connection lost';
    } catch (failure) {
      if (own.signal.aborted) {
        return;
      }
      if (failure.status === 401) {
        feed.trouble = 'The admin token is needed';
        onRefused();
        return;
      }
      feed.trouble = failure.status === undefined ? 'Connection lost' : failure.message;
    }
    pause = heard ? 1000 : pause;
    feed.nextTry = performance.now() + pause;
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
}

function pauseFollowing() {
  running?.abort();
}

/** Reads one stream until it ends, or nothing comes for too long. */
async function follow(signal, onEvent) {
  const attempt = new AbortController();
  const end = () => attempt.abort();
  signal.addEventListener('abort', end);
  let watchdog = setTimeout(end, SILENCE_MS);
  try {
    const answer = await ask('api/live', { signal: attempt.signal });
    if (!answer.ok) {
      const told = await answer.json().catch(() => null);
      throw Object.assign(new Error(told?.error?.message ?? `status ${answer.status}`), { status: answer.status });
    }
    const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
    let text = '';
    for (;;) {
      const { value, done } = await reader.read();
      if (done) {
        return;
      }
      clearTimeout(watchdog);
      watchdog = setTimeout(end, SILENCE_MS);
      text = eachEvent(text + value, onEvent);
    }
  } finally {
    clearTimeout(watchdog);
    signal.removeEventListener('abort', end);
  }
}

/** Tells the whole events of a text; returns what is left of it. */
function eachEvent(text, onEvent) {
  const blocks = text.split('\n\n');
  const rest = blocks.pop();
  for (const block of blocks) {
    const fields = Object.fromEntries(block.split('\n').map((line) => {
      const colon = line.indexOf(': ');
      return [line.slice(0, colon), line.slice(colon + 2)];
    }));
    if (fields.event !== undefined) {
      onEvent(fields.event, JSON.parse(fields.data));
    }
  }
  return rest;
}
