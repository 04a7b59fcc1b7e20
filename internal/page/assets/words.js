// Words and numbers, as the rest of the program writes them.

const comma = new Intl.NumberFormat('en-US');
const count = n => comma.format(Math.round(n));

// rate is a number of things a second: 20, 12.5, 0.25.
const rate = x => (x >= 100 ? count(x) : String(Number(x.toPrecision(3))));

const perSecond = x => (x == null || x === 0 ? 'no limit' : rate(x) + '/s');

// span is a duration in two units: 11h6m, 15m40s, 9s.
function span(seconds) {
  const units = [[86400, 'd'], [3600, 'h'], [60, 'm'], [1, 's']];
  let rest = Math.max(0, Math.round(seconds));
  const first = units.findIndex(([size]) => rest >= size);
  if (first < 0) return '0s';
  let text = '';
  for (const [size, unit] of units.slice(first, first + 2)) {
    const n = Math.floor(rest / size);
    if (n > 0) text += n + unit;
    rest -= n * size;
  }
  return text;
}

const milliseconds = ms => (ms >= 1000 ? rate(ms / 1000) + ' s' : (ms < 10 ? rate(ms) : Math.round(ms)) + ' ms');

const two = n => String(n).padStart(2, '0');

// clock is a moment in the reader's zone: 2026-11-29 13:35:09.
function clock(date) {
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}

// hour is the same, without the date where that is today's.
function hour(date) {
  const today = new Date().toDateString() === date.toDateString();
  return today ? clock(date).slice(11, 16) : clock(date).slice(0, 16);
}

const utc = date => date.toISOString().slice(0, 19).replace('T', ' ') + ' UTC';

// localise puts the times of a page into the reader's zone, and UTC into their titles.
function localise(root) {
  for (const e of root.querySelectorAll('time')) {
    const date = new Date(e.dateTime);
    if (isNaN(date)) continue;
    e.title = utc(date);
    e.textContent = clock(date);
  }
}

// alone keeps what people type from turning what stands beside it around, where it is written from right to left.
const alone = text => (text === '' ? '' : '\u2068' + text + '\u2069');

// element makes one with properties, and with children, which are elements or texts: never markup.
function element(name, properties, ...children) {
  const e = Object.assign(document.createElement(name), properties);
  e.append(...children);
  return e;
}

const byId = id => document.getElementById(id);

// kinds are what people read of the kinds of events.
const kinds = {
  rate: 'rate set', read_rate: 'read rate set', throttled: 'throttled', unthrottled: 'throttles over', budget: 'too many failed', stopping: 'stop asked for',
};
