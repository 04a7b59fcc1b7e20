// Figures: pictures that share their time, their cursor and what is looked at closer.

let palette = {};

// colour is one of the page's, which differ in the dark and on paper.
function colour(name) {
  return (palette[name] ??= getComputedStyle(document.documentElement).getPropertyValue('--' + name).trim());
}

class Figures {
  constructor(parent) {
    this.parent = parent;
    this.drawn = new Map(); // the names of figures > what is drawn
    this.specs = [];
    this.marks = { spans: [], lines: [], until: 0 };
    this.window = null; // from and until, in seconds; null: everything
    this.looked = () => {}; // is told when somebody drags, or wants to see everything
    this.sync = uPlot.sync('run');
  }

  // draw draws figures anew, or changes those that are there. Each spec has a name, a title, a caption, the times at, and
  // series {label, values, colour, ...}; without series it is its caption alone.
  draw(specs, marks) {
    this.specs = specs;
    this.marks = marks;
    const wanted = new Set(specs.map(s => s.name));
    for (const name of [...this.drawn.keys()]) if (!wanted.has(name)) this.remove(name);
    for (const spec of specs) this.one(spec);
    for (const spec of specs) this.parent.append(this.drawn.get(spec.name).figure);
  }

  // again draws all from nothing: in other colours, or in another width.
  again(width) {
    palette = {};
    this.width = width;
    for (const name of [...this.drawn.keys()]) this.remove(name);
    this.draw(this.specs, this.marks);
  }

  remove(name) {
    const d = this.drawn.get(name);
    d.watch?.disconnect();
    d.plot?.destroy();
    d.figure.remove();
    this.drawn.delete(name);
  }

  one(spec) {
    const shape = JSON.stringify([spec.second !== undefined, ...spec.series.map(s => s.label)]);
    const before = this.drawn.get(spec.name);
    if (before && before.shape === shape) {
      before.caption.textContent = spec.caption;
      before.spec.current = spec;
      if (before.plot) {
        before.plot.root.querySelector('canvas').setAttribute('aria-label', spec.title + '. ' + spec.caption);
        before.plot.setData(dataOf(spec), false);
        before.plot.setScale('x', this.extent(before.plot));
      }
      return;
    }
    if (before) this.remove(spec.name);
    const caption = element('figcaption', {}, spec.caption);
    const figure = element('figure', { id: 'f-' + spec.name, className: spec.broad ? 'broad' : '' }, element('h3', {}, spec.title), caption);
    const d = { shape, figure, caption, spec: { current: spec } };
    this.drawn.set(spec.name, d);
    this.parent.append(figure);
    if (spec.series.length > 0) this.plot(d, spec);
  }

  plot(d, spec) {
    const box = element('div', { className: 'plot', tabIndex: 0 });
    box.setAttribute('role', 'group');
    box.setAttribute('aria-label', spec.title + ': picture; arrows move through it');
    d.figure.append(box);
    const width = () => this.width || Math.max(200, box.clientWidth);
    const height = spec.broad ? 260 : 200;
    d.plot = new uPlot(optionsOf(this, d.spec, width(), height), dataOf(spec), box);
    d.plot.setScale('x', this.extent(d.plot));
    const canvas = box.querySelector('canvas');
    canvas.setAttribute('role', 'img');
    canvas.setAttribute('aria-label', spec.title + '. ' + spec.caption);
    this.sync.sub(d.plot);
    box.addEventListener('keydown', e => this.key(e, d.plot));
    if (this.width) return;
    d.watch = new ResizeObserver(() => {
      if (width() !== d.plot.width) d.plot.setSize({ width: width(), height });
    });
    d.watch.observe(box);
  }

  // extent is what of the time is shown.
  extent(u) {
    if (this.window) return { min: this.window[0], max: this.window[1] };
    const at = u.data[0];
    const [min, max] = [at[0] ?? 0, Math.max(at[at.length - 1] ?? 0, this.marks.until)];
    return max - min < 1 ? { min: min - 5, max: max + 5 } : { min, max };
  }

  // look shows a stretch of time in all figures, or everything.
  look(window) {
    this.window = window;
    for (const { plot } of this.drawn.values()) plot?.setScale('x', this.extent(plot));
  }

  key(e, u) {
    const { min, max } = u.scales.x;
    const at = u.cursor.idx ?? Math.round(u.valToIdx((min + max) / 2));
    const by = { ArrowLeft: -1, ArrowRight: 1 }[e.key];
    const zoom = { '+': 0.5, '=': 0.5, '-': 2 }[e.key];
    if (by) {
      const to = Math.min(u.data[0].length - 1, Math.max(0, at + by * (e.shiftKey ? 10 : 1)));
      u.setCursor({ left: u.valToPos(u.data[0][to], 'x'), top: u.over.clientHeight / 2 }, true, true);
    } else if (zoom) {
      const middle = u.data[0][at];
      const half = (max - min) * zoom / 2;
      this.looked();
      this.look([middle - half, middle + half]);
    } else if (e.key === 'Escape') {
      this.looked();
      this.look(null);
    } else {
      return;
    }
    e.preventDefault();
  }
}

const dataOf = spec => [spec.at, ...spec.series.map(s => s.values)];

// optionsOf are uPlot's.
function optionsOf(figures, holder, width, height) {
  const spec = holder.current;
  const only = type => type === 'mousemove' || type === 'mouseleave';
  return {
    width, height, plugins: [marked(() => figures.marks)], padding: [18, spec.second ? 4 : 26, 0, 0],
    cursor: {
      sync: { key: 'run', setSeries: false, filters: { pub: only, sub: only } },
      drag: { x: true, y: false, setScale: false },
      bind: { dblclick: () => () => { figures.looked(); figures.look(null); } },
      points: { size: 7 },
    },
    select: { show: true },
    hooks: {
      setSelect: [u => {
        if (u.select.width < 3) return;
        const [from, until] = [u.select.left, u.select.left + u.select.width].map(x => u.posToVal(x, 'x'));
        u.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
        figures.looked();
        figures.look([from, until]);
      }],
    },
    scales: {
      x: { time: true, auto: false },
      y: { range: (u, min, max) => [0, (max || 1) * 1.08] },
      second: { range: (u, min, max) => [0, (max || 1) * 1.08] },
    },
    bands: spec.stacked ? spec.series.slice(1).map((_, i) => ({ series: [i + 1, i + 2] })) : [],
    axes: [axis({ space: 70, values: dates }), axis({ values: (u, all) => all.map(spec.show), size: wide, ...(spec.whole ? { incrs: wholes } : {}) }),
      ...(spec.second ? [axis({ scale: 'second', side: 1, grid: { show: false }, values: (u, all) => all.map(spec.second), size: wide, incrs: spans })] : [])],
    series: [{ label: 'Time', value: (u, v) => (v == null ? '–' : clock(new Date(v * 1000)).slice(5)) },
      ...spec.series.map((s, i) => seriesOf(holder, s, i))],
  };
}

// wide is the room that the texts of an axis take.
const wide = (u, texts) => Math.max(46, 16 + 7 * Math.max(0, ...(texts || []).map(text => String(text).length)));

// What stands between two marks of an axis: of things that are counted, and of seconds as people read them.
const wholes = Array.from({ length: 10 }, (_, power) => [1, 2, 5].map(n => n * 10 ** power)).flat();
const spans = [[1, [1, 2, 5, 10, 20, 30]], [60, [1, 2, 5, 10, 20, 30]], [3600, [1, 2, 3, 6, 12]], [86400, [1, 2, 4, 7, 14, 28, 56, 112, 224, 448]]]
  .flatMap(([unit, all]) => all.map(n => n * unit));

// dates are how times stand at an axis: from so many seconds between two of them, the text, and what is added where a year
// and a day begin.
const dates = [
  [86400, '{MM}-{DD}', '\n{YYYY}', null, null, null, null, null, 1],
  [60, '{HH}:{mm}', '\n{YYYY}-{MM}-{DD}', null, '\n{MM}-{DD}', null, null, null, 1],
  [1, '{HH}:{mm}:{ss}', '\n{YYYY}-{MM}-{DD}', null, '\n{MM}-{DD}', null, null, null, 1],
];

const axis = more => ({
  stroke: colour('soft'), font: '12px system-ui, sans-serif', grid: { stroke: colour('line'), width: 1 }, ticks: { stroke: colour('line'), width: 1 }, ...more,
});

function seriesOf(holder, s, i) {
  const show = s.second ? holder.current.second : holder.current.show;
  return {
    label: s.label, scale: s.second ? 'second' : 'y', stroke: colour(s.colour), width: s.width || 1.5, dash: s.dash, spanGaps: false,
    fill: s.fill ? colour(s.colour) + s.fill : undefined, points: { show: false },
    paths: s.stepped ? uPlot.paths.stepped({ align: -1 }) : undefined,
    value: (u, v, of, at) => {
      const raw = holder.current.series[i].raw;
      const value = raw && at != null ? raw[at] : v;
      return value == null ? '–' : show(value);
    },
  };
}
