export const span = 120e3; // ms that a chart shows
const least = 10;          // up to which the scale reaches at least
const tear = 3e3;          // ms without figures, from which on the line is torn
const left = 48, right = 6, top = 8, bottom = 18, height = 104;

// A Chart draws lines of the last two minutes. Each of classes is a line's.
export class Chart {
  #svg; #classes; #label;
  #points = []; // { time, values }, of which a value may be null
  #marks = [];  // times of restarts

  constructor(svg, classes, label) {
    this.#svg = svg;
    this.#classes = classes;
    this.#label = label;
    new ResizeObserver(() => this.#draw()).observe(svg);
  }

  add(time, values) {
    if (this.#points.at(-1)?.time > time) this.#points = []; // the clock was set back
    this.#points.push({ time, values });
    const old = time - span;
    this.#points.splice(0, this.#points.findIndex(p => p.time >= old));
    this.#marks = this.#marks.filter(mark => mark >= old && mark <= time);
    this.#draw();
  }

  // mark says that the service was restarted then.
  mark(time) { this.#marks.push(time); }

  #draw() {
    const width = this.#svg.clientWidth;
    if (width === 0) return;
    const ticks = ticksOver(Math.max(least, ...this.#points.flatMap(p => p.values))), most = ticks.at(-1);
    const now = this.#points.at(-1)?.time ?? 0;
    const x = time => left + (1 - (now - time) / span) * (width - left - right);
    const y = value => height - bottom - value / most * (height - top - bottom);

    const parts = [];
    const part = (name, attributes, text) => {
      const e = document.createElementNS('http://www.w3.org/2000/svg', name);
      for (const [key, value] of Object.entries(attributes)) e.setAttribute(key, value);
      if (text) e.textContent = text;
      parts.push(e);
    };
    for (const tick of ticks) {
      part('path', { class: 'grid', d: `M${left} ${y(tick)}H${width - right}` });
      part('text', { x: left - 6, y: y(tick) + 4, 'text-anchor': 'end' }, this.#label(tick));
    }
    for (const [ago, text, anchor] of [[span, '2 min ago', 'start'], [span / 2, '1 min', 'middle'], [0, 'now', 'end']]) {
      part('text', { x: x(now - ago), y: height - 4, 'text-anchor': anchor }, text);
    }
    this.#classes.forEach((name, i) => part('path', { class: `curve ${name}`, d: this.#line(i, x, y) }));
    for (const mark of this.#marks) {
      const late = mark > now - span / 2;
      part('path', { class: 'mark', d: `M${x(mark)} ${top}V${height - bottom}` });
      if (mark !== this.#marks.at(-1)) continue; // more labels would lie on each other
      part('text', { class: 'over', x: x(mark) + (late ? -4 : 4), y: top + 6, 'text-anchor': late ? 'end' : 'start' }, 'restart');
    }
    this.#svg.setAttribute('viewBox', `0 0 ${width} ${height}`);
    this.#svg.replaceChildren(...parts);
  }

  #line(i, x, y) {
    let d = '', before = -Infinity;
    for (const { time, values } of this.#points) {
      if (values[i] === null) continue;
      const joined = time - before < tear && !this.#marks.some(mark => before < mark && mark <= time);
      d += `${joined ? 'L' : 'M'}${x(time).toFixed(1)} ${y(values[i]).toFixed(1)}${joined ? '' : 'h0'}`; // h0: a dot
      before = time;
    }
    return d;
  }
}

// ticksOver returns three to five round values, from 0 to at least greatest.
function ticksOver(greatest) {
  let step = 10 ** Math.floor(Math.log10(greatest / 4));
  step *= [1, 2, 2.5, 5, 10].find(factor => greatest <= 4 * factor * step);
  return Array.from({ length: Math.ceil(greatest / step) + 1 }, (_, i) => i * step);
}
