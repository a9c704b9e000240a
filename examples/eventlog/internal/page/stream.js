import { Link } from './link.js';
import { count } from './format.js';

// A Stream receives the events after a sequence, each once, over any number of connections. It gives
// rows to add:
//   { seq, time, key, line }   an event; line is its JSON
//   { note, bad }              something to say between events; bad: which must not be
export class Stream {
  last = null; // the last sequence that was received or reported as missed
  #add;

  constructor(add, changed) {
    this.#add = add;
    this.link = new Link(({ up, down, own }) => {
      const url = new URL('stream', document.baseURI);
      url.protocol = url.protocol.replace('http', 'ws');
      url.searchParams.set('after', this.last);
      const socket = new WebSocket(url);
      socket.onopen = up;
      socket.onclose = down;
      socket.onmessage = own(message => this.#receive(message.data));
      return () => socket.close();
    }, changed);
  }

  // begin opens the stream at the newest events of a journal that has [first, next).
  begin({ first, next }, newest) {
    this.last = Math.max(first, next - newest) - 1;
    this.link.open();
  }

  // check begins again if a restarted service has a journal that ends before what was received.
  check(journal, newest) {
    if (this.last === null || journal.next > this.last) return;
    this.#fault(`The journal ends at ${count(journal.next)}, and ${count(this.last)} was received before: it is another one, or it has lost events.`);
    this.begin(journal, newest);
  }

  #receive(text) {
    for (const line of text.split('\n')) {
      if (line.trim() === '') continue;
      let message;
      try {
        message = JSON.parse(line);
      } catch (error) {
        this.#fault(`A line of the stream is not JSON: ${error.message}`);
        continue;
      }
      if (message?.gap) this.#gap(message.gap);
      else if (Number.isInteger(message?.seq)) this.#event(message, line);
      else this.#fault(`The service says: ${message?.error ?? line}`);
    }
  }

  #gap({ from, to }) {
    from = Math.max(from, this.last + 1);
    if (to <= from) return;
    this.#add({ note: `Missed ${to - from === 1 ? 'an event' : `${count(to - from)} events`}: ${range(from, to)}.` });
    this.last = to - 1;
  }

  #event({ seq, time, key }, line) {
    if (seq <= this.last) return; // shown already
    if (seq > this.last + 1) this.#fault(`No events and no report came for ${range(this.last + 1, seq)}.`);
    this.last = seq;
    this.#add({ seq, time: new Date(time), key: String(key ?? ''), line });
  }

  #fault(note) { this.#add({ note, bad: true }); }
}

// range writes [from, to) as people do, with its last.
function range(from, to) {
  return to - from === 1 ? count(from) : `${count(from)} to ${count(to - 1)}`;
}
