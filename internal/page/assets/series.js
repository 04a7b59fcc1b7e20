// The samples of a run, as columns that can be drawn. Times are in seconds since 1970.

const seconds = text => Date.parse(text) / 1000;

// Where more than this lies between two samples, no process was at work: a sample says how long it is, whatever the machine does.
const apart = 1;

// points gives each sample a time, puts another point where a stretch begins, so that a single sample is a line, and
// one that is empty where it ends.
function points(samples) {
  const out = [];
  let last = null;
  for (const s of samples) {
    const at = seconds(s.at);
    const from = at - (s.seconds || 0);
    if (!(at > (last ?? -Infinity))) continue; // the clock was set back
    if (last === null || from - last > apart) {
      if (last !== null) out.push({ at: last + 0.001, none: true });
      out.push({ at: Math.max(from, (last ?? -Infinity) + 0.002), s, opens: true });
    }
    out.push({ at, s });
    last = at;
  }
  return out;
}

// names lists what occurs in a member of any sample.
function names(samples, member) {
  const all = new Set();
  for (const s of samples) for (const name of Object.keys(s[member] || {})) all.add(name);
  return [...all].sort();
}

const sum = numbers => Object.values(numbers || {}).reduce((a, b) => a + b, 0);

// columns are what the pictures draw.
function columns(samples) {
  const all = points(samples);
  const of = read => all.map(p => (p.none ? null : read(p.s, p.opens) ?? null));
  const each = (n, s) => (s.seconds > 0 ? n / s.seconds : null);
  const total = read => {
    let n = 0;
    return of((s, opens) => (opens ? n : (n += read(s))));
  };
  const c = {
    samples, at: all.map(p => p.at), classes: names(samples, 'failed'), apis: names(samples, 'latency'), failed: {}, latency: {},
    accepted: of(s => each(s.accepted, s)),
    rate: of(s => s.rate || null),
    ceiling: of(s => s.ceiling || null),
    throttled: aMinute(all, s => s.throttled),
    remaining: of((s, opens) => s.remaining + (opens ? finished(s) : 0)),
    outcomes: {
      accepted: total(s => s.accepted), unchanged: total(s => s.unchanged || 0), skipped: total(s => s.skipped || 0), failed: total(s => sum(s.failed)),
    },
  };
  c.left = left(all);
  for (const name of c.classes) c.failed[name] = aMinute(all, s => (s.failed || {})[name] || 0);
  for (const api of c.apis) {
    const quantile = q => of(s => ((s.latency || {})[api] || {})[q]);
    c.latency[api] = { p50: quantile('p50'), p95: quantile('p95'), p99: quantile('p99') };
  }
  return c;
}

// aMinute is how many there were in the minute before each point, or a minute of a longer sample: of what is rare, one in
// ten seconds is not six a minute.
function aMinute(all, read) {
  let recent = [];
  let n = 0;
  let time = 0;
  return all.map(p => {
    if (p.none) return null;
    if (p.opens) [recent, n, time] = [[], 0, 0];
    else {
      recent.push(p.s);
      n += read(p.s);
      time += p.s.seconds;
      while (time - recent[0].seconds >= 59.5) {
        const old = recent.shift();
        n -= read(old);
        time -= old.seconds;
      }
    }
    return (n * 60) / Math.max(60, time);
  });
}

const finished = s => s.accepted + (s.unchanged || 0) + (s.skipped || 0) + sum(s.failed);

// left is how many seconds of work remain at each point, at the pace of the ten minutes before it; pauses are no work.
function left(all) {
  const recent = [];
  let n = 0;
  let time = 0;
  return all.map(p => {
    if (p.none || p.opens) return null;
    if (!p.s.paused) {
      recent.push(p.s);
      n += finished(p.s);
      time += p.s.seconds;
      while (recent.length > 1 && time - recent[0].seconds >= 600) {
        const old = recent.shift();
        n -= finished(old);
        time -= old.seconds;
      }
    }
    return n > 0 ? (p.s.remaining * time) / n : null;
  });
}

// lastOf is the last value of a column, or null.
function lastOf(column) {
  for (let i = column.length - 1; i >= 0; i--) if (column[i] != null) return column[i];
  return null;
}

const most = column => column.reduce((a, b) => (b != null && b > a ? b : a), 0);
