// The pictures of a run: which there are, and what they say.

const ended = ['finished', 'stopped', 'interrupted', 'killed'];

const cycle = ['red', 'amber', 'purple', 'teal', 'blue', 'grey'];

// picturesOf are the specs of all figures. standing is that of the run.
function picturesOf(samples, standing) {
  const c = columns(samples);
  if (c.at.length === 0 || standing.rows === 0) return [];
  const all = [pace(c, standing), remaining(c, standing), outcomes(c), throttles(c), failures(c), ...c.apis.map(api => latency(c, api))];
  const empty = spec => spec.series.length === 0; // they leave no hole among the others
  return [...all.filter(spec => !empty(spec)), ...all.filter(empty)];
}

const told = s => s.values.some(v => v !== null);

function pace(c, standing) {
  const last = c.samples[c.samples.length - 1];
  return {
    name: 'pace', title: 'Updates accepted a second', broad: true, at: c.at, show: rate,
    caption: `${rate(standing.updates_per_second ?? 0)} a second on average while it was not paused, at most ${rate(most(c.accepted))}. ` +
      limitsOf(last, ended.includes(standing.state)),
    series: [
      { label: 'accepted', values: c.accepted, colour: 'blue', fill: '30', width: 2, stepped: true },
      { label: 'allowed', values: c.rate, colour: 'green', stepped: true },
      { label: 'ceiling', values: c.ceiling, colour: 'amber', stepped: true, dash: [6, 4] },
    ].filter((s, i) => i === 0 || told(s)),
  };
}

// limitsOf says what was allowed at a moment.
function limitsOf(sample, over) {
  if (!sample.rate && !sample.ceiling) return over ? 'In the end there was no limit.' : 'There is no limit.';
  const [when, is] = over ? ['In the end', 'was'] : ['Now', 'is'];
  const below = sample.ceiling ? `, the ceiling ${is} ${perSecond(sample.ceiling)}` : '';
  return `${when} ${perSecond(sample.rate)} ${is} allowed${below}.`;
}

function remaining(c, standing) {
  const rest = standing.remaining ?? lastOf(c.remaining) ?? 0;
  const left = lastOf(c.left);
  let caption = `${count(rest)} remain.`;
  if (rest === 0) caption = 'None remain.';
  else if (left !== null && standing.state === 'running') {
    caption = `${count(rest)} remain: ${span(left)} at the pace of the last ten minutes, until ${hour(new Date(Date.now() + left * 1000))} or so.`;
  } else if (left !== null) {
    const when = ended.includes(standing.state) ? 'another start' : 'it once it goes on';
    caption = `${count(rest)} remain: ${span(left)} of work for ${when}, at the last pace.`;
  }
  return {
    name: 'remaining', title: 'Records remaining, and the time that they take', at: c.at, show: count, whole: true, second: most(c.left) > 0 ? span : undefined, caption,
    series: [
      { label: 'remaining', values: c.remaining, colour: 'teal', fill: '30', width: 2 },
      ...(most(c.left) > 0 ? [{ label: 'work left', values: c.left, colour: 'purple', dash: [4, 3], second: true }] : []),
    ],
  };
}

function throttles(c) {
  const n = c.samples.reduce((n, s) => n + s.throttled, 0);
  const spec = { name: 'throttled', title: 'Calls throttled a minute', at: c.at, show: rate, series: [], caption: 'No call was throttled.' };
  if (n === 0) return spec;
  const series = [{ label: 'throttled', values: c.throttled, colour: 'amber', fill: '40', stepped: true }];
  return { ...spec, series, caption: `${count(n)} in all, at most ${rate(most(c.throttled))} a minute.` };
}

function failures(c) {
  const spec = { name: 'failed', title: 'Records failed a minute, by class', at: c.at, show: rate, series: [], caption: 'No record failed.' };
  if (c.classes.length === 0) return spec;
  const totals = c.classes.map(name => [name, c.samples.reduce((n, s) => n + ((s.failed || {})[name] || 0), 0)]).sort((a, b) => b[1] - a[1]);
  const drawn = totals.length > cycle.length ? cycle.length - 1 : totals.length; // as many as can be told apart
  const all = totals.slice(0, drawn).map(([name]) => ({ label: name, values: c.failed[name] }));
  const rest = totals.slice(drawn).map(([name]) => c.failed[name]);
  if (rest.length > 0) all.push({ label: `${rest.length} others`, values: c.at.map((_, at) => (rest[0][at] == null ? null : rest.reduce((n, values) => n + values[at], 0))) });
  return {
    ...spec, caption: totals.map(([name, n]) => `${count(n)} ${name}`).join(', ') + '.',
    series: all.map((s, i) => ({ ...s, colour: cycle[i], stepped: true, fill: all.length === 1 ? '28' : undefined })),
  };
}

function latency(c, api) {
  const { p50, p95, p99 } = c.latency[api];
  return {
    name: 'latency-' + api, title: 'Latency of ' + api, at: c.at, show: milliseconds,
    caption: `Lately, half of the calls took ${milliseconds(lastOf(p50) ?? 0)} at most, 95% ${milliseconds(lastOf(p95) ?? 0)}, 99% ${milliseconds(lastOf(p99) ?? 0)}.`,
    series: [
      { label: 'p99', values: p99, colour: 'red', width: 1 },
      { label: 'p95', values: p95, colour: 'amber' },
      { label: 'p50', values: p50, colour: 'blue', width: 2 },
    ],
  };
}

function outcomes(c) {
  const o = c.outcomes;
  const parts = [['failed', 'red'], ['skipped', 'grey'], ['unchanged', 'teal'], ['accepted', 'blue']];
  const there = parts.filter(([name]) => most(o[name]) > 0 || name === 'accepted');
  const stacked = there.map((_, i) => c.at.map((_, at) => (o.accepted[at] == null ? null : there.slice(i).reduce((n, [name]) => n + o[name][at], 0))));
  return {
    name: 'outcomes', title: 'Records finished, by outcome', stacked: true, at: c.at, show: count, whole: true,
    caption: there.map(([name]) => `${count(lastOf(o[name]) ?? 0)} ${name}`).reverse().join(', ') + '.',
    series: there.map(([name, ink], i) => ({ label: name, values: stacked[i], raw: o[name], colour: ink, fill: 'a0' })),
  };
}

// missedOf says by how much the pictures of a run that has ended differ from its numbers.
function missedOf(samples, standing) {
  if (!ended.includes(standing.state)) return '';
  const all = read => samples.reduce((n, s) => n + read(s), 0);
  const parts = [
    [all(finished) - (standing.rows - standing.remaining), 'record'], [all(s => s.throttled) - standing.throttled, 'throttled call'],
  ].filter(([n]) => n !== 0).map(([n, name]) => `${count(Math.abs(n))} ${name}${Math.abs(n) === 1 ? '' : 's'} ${n < 0 ? 'fewer' : 'more'}`);
  if (parts.length === 0) return '';
  return `The pictures count ${parts.join(' and ')} than the numbers above: a start that is killed leaves no sample of its last seconds, and what it did last may be done again.`;
}

// keyTo lists what is marked, of what occurs.
function keyTo(list, { spans, lines }) {
  const all = [
    ['pause', 'paused', spans], ['throttle', 'throttled', spans], ['away', 'no process at work', spans],
    ['order', 'somebody’s order', lines], ['turn', 'start or stop', lines],
  ];
  const there = all.filter(([kind, , of]) => of.some(m => m.kind === kind));
  list.replaceChildren(...there.map(([kind, text]) => element('li', {}, element('span', { className: kind }), text)));
}

// fitRange offers no more time than there is.
function fitRange(choice, samples) {
  const first = samples.length > 0 ? seconds(samples[0].at) - samples[0].seconds : 0;
  const length = samples.length > 0 ? seconds(samples[samples.length - 1].at) - first : 0;
  for (const radio of choice.elements.range) radio.parentElement.hidden = Number(radio.value) >= length;
  choice.elements.range[0].parentElement.hidden = false;
  choice.hidden = length <= 600;
}

// pictureBook draws all pictures of a page, and keeps them as the reader wants them: as wide, as dark, as close.
function pictureBook() {
  const figures = new Figures(byId('figures'));
  const choice = byId('range');
  const root = document.documentElement;
  const look = () => {
    const length = Number(choice.elements.range.value);
    return length > 0 ? [figures.marks.until - length, figures.marks.until] : null;
  };
  let free = false; // somebody has dragged
  choice.addEventListener('change', () => { free = false; figures.look(look()); });
  figures.looked = () => {
    free = true;
    for (const radio of choice.elements.range) radio.checked = false;
  };
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => figures.again());
  addEventListener('beforeprint', () => { root.classList.add('paper'); figures.again(660); });
  addEventListener('afterprint', () => { root.classList.remove('paper'); figures.again(); });
  return {
    draw(samples, events, standing) {
      const marks = marksOf(events, samples);
      figures.marks = marks;
      const specs = picturesOf(samples, standing);
      byId('pictures').hidden = specs.length === 0;
      byId('missed').textContent = missedOf(samples, standing);
      byId('missed').hidden = byId('missed').textContent === '';
      fitRange(choice, samples);
      if (!free) figures.window = look();
      keyTo(byId('key'), marks);
      figures.draw(specs, marks);
    },
  };
}
