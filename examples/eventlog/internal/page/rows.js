import { clock, count, none, put, shorten } from './format.js';

const shown = 200, kept = 2000; // rows in the table; rows that a new filter looks through
const often = 250;              // ms between two changes of the table: nobody reads faster
const long = 4096;              // letters of an event, from which on only its beginning is kept
const cut = 400, titled = 2000; // letters of data in a cell, and in its title

// Rows are the newest rows of the stream in a table, the newest first. The table stands still while
// it is paused. Notes are shown whatever the filter is: they concern every key.
export class Rows {
  #table; #text;
  #filter = '';
  #recent = [];   // the newest, of every key; while paused, those before the pause
  #since = null;  // while paused, those since
  #fresh = [];    // those that the table will show next, the oldest first
  #received = 0;
  #held = 0;      // received since the pause began
  #due = false;
  #shownAt = -Infinity;

  constructor(table, text) {
    this.#table = table;
    this.#text = text;
  }

  get paused() { return this.#since !== null; }

  add(row) {
    if (row.line?.length > long) {
      row.data = shorten(dataOf(row), titled);
      row.line = null;
    }
    keep(this.#since ?? this.#recent, row, kept);
    if (this.#matches(row)) keep(this.#fresh, row, shown);
    if (!row.note) this.#received++;
    if (!row.note && this.paused) this.#held++;
    this.#later();
  }

  pause(paused) {
    if (paused === this.paused) return;
    if (!paused) this.#recent = this.#recent.concat(this.#since).slice(-kept);
    this.#since = paused ? [] : null;
    this.#held = 0;
    this.#later();
  }

  filter(text) {
    this.#filter = text;
    const matching = rows => rows.filter(row => this.#matches(row)).slice(-shown);
    this.#table.replaceChildren();
    this.#prepend(matching(this.#recent));
    this.#fresh = this.paused ? matching(this.#since) : [];
    this.#later();
  }

  #matches(row) { return row.note || row.key.includes(this.#filter); }

  // later changes the table in a frame to come. A hidden page has no frames, and so does no work.
  #later() {
    if (this.#due) return;
    this.#due = true;
    const frame = now => {
      if (now - this.#shownAt < often) {
        requestAnimationFrame(frame);
        return;
      }
      this.#due = false;
      this.#shownAt = now;
      this.#show();
    };
    requestAnimationFrame(frame);
  }

  #show() {
    if (!this.paused) {
      this.#prepend(this.#fresh.slice(-shown));
      while (this.#table.rows.length > shown) this.#table.lastElementChild.remove();
      this.#fresh = [];
    }
    put(this.#text, this.#summary());
  }

  #prepend(rows) {
    this.#table.prepend(...rows.reverse().map(element));
    const last = rows.find(row => !row.note);
    if (last) this.#table.parentElement.style.setProperty('--digits', count(last.seq).length);
  }

  #summary() {
    if (this.paused) return `Paused, ${count(this.#held)} new. ${count(this.#received)} received.`;
    if (this.#received === 0) return 'No events yet.';
    const events = this.#table.querySelectorAll('.seq').length;
    if (events === 0) return `${count(this.#received)} received. None of the last ${count(this.#recent.length)} has such a key.`;
    return `${count(this.#received)} received. The newest ${count(events)}${this.#filter && ' with such a key'} are shown.`;
  }
}

// keep appends a row, and now and then forgets the oldest beyond limit.
function keep(rows, row, limit) {
  rows.push(row);
  if (rows.length > 2 * limit) rows.splice(0, limit);
}

// element makes a row of the table. What comes from outside becomes text and nothing else.
function element(row) {
  const tr = document.createElement('tr');
  const cell = (name, text, title) => {
    const td = tr.insertCell();
    td.className = name;
    td.textContent = text;
    if (title) td.title = title;
    return td;
  };
  if (row.note) {
    tr.className = row.bad ? 'note bad' : 'note';
    cell('', row.note).colSpan = 4;
    return tr;
  }
  const data = row.data ?? dataOf(row), valid = !Number.isNaN(row.time.valueOf());
  cell('seq', count(row.seq));
  cell('time', valid ? clock(row.time, true) : none, valid ? row.time.toISOString() : '');
  cell('by', shorten(row.key, 100), shorten(row.key, 1000));
  cell('data', shorten(data, cut), data.length > 40 ? shorten(data, titled) : '');
  return tr;
}

// dataOf returns the data of an event as JSON. A number keeps the digits that JavaScript's numbers
// have no room for, where the browser can tell them.
function dataOf(row) {
  const { data } = JSON.parse(row.line, (_, value, context) =>
    typeof value === 'number' && context?.source && JSON.rawJSON ? JSON.rawJSON(context.source) : value);
  return data === undefined ? none : JSON.stringify(data);
}
