// The live page in words: where the run stands, what was asked and what is in force.

const say = (id, text) => {
  const e = byId(id);
  if (e && e.textContent !== text) e.textContent = text;
};

const over = state => ended.includes(state);

// showStanding writes a status into the page.
function showStanding(s) {
  const done = s.rows - s.remaining;
  const name = (s.inputs || []).join(', ') || 'A run';
  say('title', name);
  say('state', s.state);
  byId('state').className = 'state ' + s.state;
  document.title = `${s.rows > 0 ? Math.floor((100 * done) / s.rows) : 0}% ${s.state} · ${name}`;
  const paused = s.paused_seconds > 0 ? `, paused for ${span(s.paused_seconds)}` : '';
  const records = s.rows === 1 ? 'record' : 'records';
  say('lede', s.rows === 0 ? 'There is no record to apply.' : `${count(done)} of ${count(s.rows)} ${records} finished in ${span(s.elapsed_seconds)} of work${paused}.`);
  const numbers = {
    done, remaining: s.remaining, updated: s.updated, unchanged: s.unchanged, skipped: s.skipped, awaiting: s.awaiting_verification, failed: s.failed, throttled: s.throttled,
  };
  for (const [key, n] of Object.entries(numbers)) say('n-' + key, count(n));
  showBar(s);
  showWhy(s);
  showAsked(s);
  showFacts(s);
}

function showBar(s) {
  let x = 0;
  for (const [key, n] of [['updated', s.updated], ['awaiting', s.awaiting_verification], ['unchanged', s.unchanged], ['skipped', s.skipped], ['failed', s.failed]]) {
    const width = (100 * n) / Math.max(1, s.rows);
    const part = byId('bar').querySelector('.' + key);
    part.setAttribute('x', x);
    part.setAttribute('width', width);
    x += width;
  }
}

// showWhy says what holds the run up, or how it ended.
function showWhy(s) {
  const lines = [];
  const line = (label, text, ...more) => text && lines.push(element('p', {}, element('strong', {}, label + ': '), text, ...more));
  if (over(s.state)) {
    if (s.state !== 'finished') line('Why it stopped', s.reason);
    if (s.state !== 'finished') line('What helps', s.hint);
    if (s.state === 'finished') line('Done', `the run has finished${s.failed > 0 ? ', and its errors file lists what failed' : ''}.`);
    else if (!s.asked.hold) line('Next', 'the same command again goes on where it stands.');
    else line('Next', 'somebody has stopped the run and holds it. It goes on where it stands with the same command and ', element('code', { className: 'flag' }, '--unhold'), '.');
  } else if (s.state === 'paused' || s.state === 'pausing') {
    line(s.state === 'paused' ? 'Paused' : 'Pausing', pauseText(s));
  } else if (s.state === 'stopping') {
    line('Stopping', [orderText(s.asked.hold_order), underWay + '.'].filter(Boolean).join(' · '));
  }
  const box = byId('why');
  const text = lines.map(l => l.textContent).join('\n');
  if (box.dataset.text === text) return;
  box.dataset.text = text;
  box.className = 'why ' + s.state;
  box.hidden = lines.length === 0;
  box.replaceChildren(...lines);
}

function pauseText(s) {
  const asked = s.asked.paused ? orderText(s.asked.pause_order) : '';
  const until = s.asked.paused ? ' · ' + untilText(s.asked) : '';
  return (asked || alone(s.effective.reason || 'nobody says why')) + until;
}

const untilText = asked => (asked.paused_until ? 'until ' + hour(new Date(asked.paused_until)) : 'until somebody lets it go on');

// orderText is who asked for something and why.
function orderText(order) {
  if (!order) return '';
  return [order.by, order.reason].filter(Boolean).map(alone).join(': ');
}

const behind = text => (text ? ' · ' + text : '');

// showAsked puts what was asked beside what is in force, for they may differ for a while.
function showAsked(s) {
  const { asked, effective } = s;
  say('a-pause', asked.paused ? untilText(asked) + behind(orderText(asked.pause_order)) : 'not paused');
  const inPause = { paused: 'paused: nothing is under way', pausing: 'pausing: ' + underWay, stopping: 'stopping: ' + underWay }[s.state];
  const byProgram = s.effective.paused && !asked.paused ? behind(alone(s.effective.reason || '')) : '';
  say('e-pause', over(s.state) ? 'the run has ended' : (inPause || 'at work') + byProgram);
  const ceiling = x => (x == null ? 'as the command line says' : perSecond(x));
  const order = asked.rate != null || asked.read_rate != null ? behind(orderText(asked.rate_order)) : '';
  say('a-rate', ceiling(asked.rate) + (asked.rate == null ? '' : order));
  say('a-reads', ceiling(asked.read_rate) + (asked.read_rate == null ? '' : order));
  const now = s.rate && s.rate.per_second ? `${perSecond(s.rate.per_second)} allowed${s.rate.reason ? ` (${s.rate.reason})` : ''}` : '';
  say('e-rate', effective.rate == null ? 'no limit' : `${perSecond(effective.rate)} at most${behind(now)}`);
  say('e-reads', effective.read_rate == null ? 'no limit' : `${perSecond(effective.read_rate)} at most`);
  say('a-stop', asked.hold ? 'stop, and hold' + behind(orderText(asked.hold_order)) : 'no stop');
  say('e-stop', over(s.state) ? s.state : s.state === 'stopping' ? 'stopping' : 'goes on');
}

const underWay = 'calls under way come to their end';

function showFacts(s) {
  const facts = [
    ['Pool', s.pool], ['Endpoint', s.endpoint], ['Started', s.started_at && clock(new Date(s.started_at))], ['Time at work', span(s.elapsed_seconds)], ['Time paused', s.paused_seconds > 0 ? span(s.paused_seconds) : 'none'],
    ['Accepted', `${rate(s.updates_per_second)} updates a second, on average`], ['Updates sent', `${count(s.attempts)}, ${count(s.throttled)} of all calls throttled`],
    ['Parked', s.parked > 0 ? `${count(s.parked)}, taken last` : ''], ['Process', s.held_by ? `${s.held_by.pid} on ${s.held_by.host}` : ''], ['Last error', s.last_error],
  ].filter(([, text]) => text);
  byId('facts').replaceChildren(...facts.map(([label, text]) => element('div', {}, element('dt', {}, label), element('dd', {}, text))));
}

// showEvents writes the table of events, the last first.
function showEvents(events) {
  const rows = events.slice(-200).reverse().map(e => {
    const time = at => element('time', { dateTime: at }, at);
    const name = element('th', { scope: 'row' }, kinds[e.event] || e.event);
    const to = /^\d{4}-\d\d-\d\dT/.test(e.to) ? time(e.to) : e.to; // of a pause, until when
    const cells = [e.from, to, e.by, e.reason].map(text => element('td', {}, text || ''));
    return element('tr', {}, element('td', {}, String(e.id)), element('td', {}, time(e.at)), name, ...cells);
  });
  byId('events').replaceChildren(...rows);
  localise(byId('events'));
}
