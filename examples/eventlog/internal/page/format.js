// Texts of figures, as in the reports of the disruptor tool: three digits, thousands apart, and
// the unit beside them.
const grouped = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });

export const none = '–';

export function count(n) {
  return Number.isFinite(n) ? grouped.format(n) : none;
}

export function digits(v) {
  const size = Math.abs(v);
  if (Number.isInteger(v) || size >= 99.95) return count(v);
  return v.toFixed(size < 9.995 ? 2 : 1);
}

// tick writes a round value, with no digit that says nothing.
export function tick(v) {
  return String(Number(v.toPrecision(4)));
}

// scaled writes a value in the unit, each of a thousand of the one before, that leaves the fewest digits.
export function scaled(v, units, write = digits) {
  if (!Number.isFinite(v)) return none;
  let i = 0;
  for (; i < units.length - 1 && v >= 1000; i++) v /= 1000;
  return `${write(v)}\u00a0${units[i]}`.trim();
}

export const duration = (µs, write) => scaled(µs, ['µs', 'ms', 's'], write);
export const bytes = n => scaled(n, ['B', 'kB', 'MB', 'GB', 'TB']);

const two = n => String(n).padStart(2, '0');

// clock writes a time in the zone of the reader: of today with milliseconds if fraction is true, of
// another day with that day.
export function clock(date, fraction) {
  const text = `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
  if (date.toDateString() !== new Date().toDateString()) return `${two(date.getMonth() + 1)}-${two(date.getDate())} ${text}`;
  return fraction ? `${text}.${String(date.getMilliseconds()).padStart(3, '0')}` : text;
}

// shorten cuts a text, and not between the two halves of a character.
export function shorten(text, length) {
  if (text.length <= length) return text;
  return text.slice(0, length - 1).replace(/[\uD800-\uDBFF]$/, '') + '…';
}

// put leaves an element alone that has the text already, so that a selection in it stays.
export function put(element, text) {
  if (element.textContent !== text) element.textContent = text;
}
