// What happened to the run, drawn into each picture: spans behind the lines, and upright lines with the numbers that the
// events have in their table.

// marksOf turns events into spans and lines, until the last of all samples and events. What is open then lasts until then.
function marksOf(events, samples) {
  const spans = [];
  const lines = [];
  const open = {};
  const begin = (kind, at) => (open[kind] ??= at);
  const end = (kind, at) => {
    if (open[kind] !== undefined) spans.push({ kind, from: open[kind], until: at });
    delete open[kind];
  };
  let before = null; // the event before
  for (const e of events) {
    const at = seconds(e.at);
    switch (e.event) {
      case 'paused': begin('pause', at); break;
      case 'unpaused': end('pause', at); break;
      case 'throttled': begin('throttle', at); break;
      case 'unthrottled': end('throttle', at); break;
      case 'started': {
        // A start that was killed has no end: its last sample or event is the nearest to it.
        const last = open.away ?? later(lastBefore(samples, at), before);
        for (const kind of ['pause', 'throttle']) end(kind, last ?? at);
        delete open.away;
        if (last !== null && at - last > 1) spans.push({ kind: 'away', from: last, until: at });
        if (lines.length > 0 || last !== null) lines.push({ kind: 'turn', at, e });
        break;
      }
      case 'stopped': case 'finished':
        for (const kind of ['pause', 'throttle']) end(kind, at);
        begin('away', at);
        lines.push({ kind: 'turn', at, e });
        break;
      default: lines.push({ kind: 'order', at, e });
    }
    before = at;
  }
  const until = Math.max(0, ...[...samples.slice(-1), ...events.slice(-1)].map(x => seconds(x.at)));
  for (const kind of ['pause', 'throttle']) end(kind, until);
  spans.push(...pausesOf(samples).filter(p => !spans.some(s => s.kind === 'pause' && s.from < p.until && p.from < s.until)));
  return { spans, lines, until };
}

// later is the later of two moments, each of which may be null.
const later = (a, b) => (a === null || b === null ? a ?? b : Math.max(a, b));

function lastBefore(samples, at) {
  let last = null;
  for (const s of samples) if (seconds(s.at) <= at) last = seconds(s.at);
  return last;
}

// pausesOf are the pauses that the samples tell of: an event of the start before may have begun one.
function pausesOf(samples) {
  const spans = [];
  for (const s of samples) {
    if (!s.paused) continue;
    const [from, until] = [seconds(s.at) - s.seconds, seconds(s.at)];
    const last = spans[spans.length - 1];
    if (last && from - last.until < 1) last.until = until;
    else spans.push({ kind: 'pause', from, until });
  }
  return spans;
}

// marked is a plugin of uPlot that draws the marks that it is given.
function marked(marks) {
  return { hooks: { drawAxes: u => drawSpans(u, marks().spans), draw: u => drawLines(u, marks().lines) } };
}

function drawSpans(u, spans) {
  const { ctx, bbox } = u;
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  for (const s of spans) {
    const x = u.valToPos(s.from, 'x', true);
    const width = Math.max(1, u.valToPos(s.until, 'x', true) - x);
    if (x > bbox.left + bbox.width || x + width < bbox.left) continue;
    if (s.kind === 'away') {
      hatch(ctx, Math.max(x, bbox.left), bbox.top, Math.min(x + width, bbox.left + bbox.width), bbox.top + bbox.height);
      continue;
    }
    ctx.fillStyle = colour(s.kind === 'pause' ? 'shade' : 'warm');
    ctx.fillRect(x, bbox.top, width, bbox.height);
    ctx.fillStyle = colour(s.kind === 'pause' ? 'grey' : 'amber');
    ctx.fillRect(x, bbox.top, width, 3 * devicePixelRatio);
  }
  ctx.restore();
}

function hatch(ctx, left, top, right, bottom) {
  const step = 7 * devicePixelRatio;
  ctx.save();
  ctx.beginPath();
  ctx.rect(left, top, right - left, bottom - top);
  ctx.clip();
  ctx.strokeStyle = colour('line');
  ctx.lineWidth = devicePixelRatio;
  ctx.beginPath();
  for (let x = left - (bottom - top); x < right; x += step) {
    ctx.moveTo(x, bottom);
    ctx.lineTo(x + bottom - top, top);
  }
  ctx.stroke();
  ctx.restore();
}

// drawLines draws upright lines, each with its number where there is room for it.
function drawLines(u, lines) {
  const { ctx, bbox } = u;
  const scale = devicePixelRatio;
  let free = -Infinity;
  ctx.save();
  ctx.font = `${11 * scale}px system-ui, sans-serif`;
  ctx.textBaseline = 'middle';
  ctx.textAlign = 'center';
  for (const l of lines) {
    const x = Math.round(u.valToPos(l.at, 'x', true));
    if (x < bbox.left - 1 || x > bbox.left + bbox.width + 1) continue;
    ctx.strokeStyle = ctx.fillStyle = colour(l.kind === 'order' ? 'purple' : 'grey');
    ctx.lineWidth = 1.5 * scale;
    ctx.setLineDash(l.kind === 'order' ? [] : [4 * scale, 3 * scale]);
    ctx.beginPath();
    ctx.moveTo(x, bbox.top);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
    const text = String(l.e.id ?? '');
    const width = ctx.measureText(text).width + 6 * scale;
    if (text === '' || x - width / 2 < free) continue;
    ctx.fillRect(x - width / 2, bbox.top - 16 * scale, width, 15 * scale);
    ctx.fillStyle = colour('ground');
    ctx.fillText(text, x, bbox.top - 8 * scale);
    free = x + width / 2;
  }
  ctx.restore();
}
