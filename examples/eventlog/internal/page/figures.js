import { Chart, span } from './chart.js';
import { bytes, count, digits, duration, none, put, scaled, tick } from './format.js';
import { Link } from './link.js';

const silence = 5000; // ms: ten messages that did not come

const at = id => document.getElementById(id);

// Figures are the part of the page that shows what the service says twice a second.
export class Figures {
  time = null; // of the newest figures, as the service tells it
  #rate = new Chart(at('rate-chart'), ['c0'], v => scaled(v, ['', 'k', 'M'], tick));
  #latency = new Chart(at('latency-chart'), ['c0', 'c1'], v => v === 0 ? '0' : duration(v, tick));
  #lags = []; // { time, lag }, the greatest of each message of the last two minutes

  // receive is called with each message, before it is shown.
  constructor(receive, changed) {
    this.link = new Link(({ up, down, own }) => {
      const source = new EventSource('figures');
      let watch = setTimeout(down, silence);
      source.onerror = down;
      source.onmessage = own(message => {
        clearTimeout(watch);
        watch = setTimeout(down, silence);
        up();
        const figures = JSON.parse(message.data);
        receive(figures);
        this.#show(figures);
      });
      return () => {
        clearTimeout(watch);
        source.close();
      };
    }, changed);
  }

  restarted(time) {
    this.#rate.mark(time);
    this.#latency.mark(time);
  }

  #show({ time, acknowledged, rate, latency, stages, clients, journal, explain }) {
    this.time = time;
    put(at('rate'), digits(rate));
    put(at('acknowledged'), count(acknowledged));
    this.#rate.add(time, [rate]);

    const idle = latency.max === 0; // nothing was acknowledged since the last message
    for (const name of ['p50', 'p99', 'max']) put(at(name), idle ? none : duration(latency[name]));
    this.#latency.add(time, idle ? [null, null] : [latency.p50, latency.p99]);

    this.#showStages(time, stages);
    put(at('clients'), count(clients.count));
    put(at('missed'), count(clients.missed));
    put(at('records'), count(journal.next - journal.first));
    put(at('sequences'), journal.next === journal.first ? none : `${count(journal.first)} to ${count(journal.next - 1)}`);
    put(at('bytes'), bytes(journal.bytes));
    put(at('segments'), count(journal.segments));
    put(at('syncs'), count(journal.syncs));

    resize(at('explain'), explain.length, () => document.createElement('li'));
    explain.forEach((text, i) => put(at('explain').children[i], text));
  }

  #showStages(time, stages) {
    this.#lags.push({ time, lag: Math.max(0, ...stages.map(s => s.lag)) });
    this.#lags = this.#lags.filter(l => l.time >= time - span && l.time <= time);
    const greatest = Math.max(...this.#lags.map(l => l.lag));
    put(at('greatest'), count(greatest));
    const body = at('stages').tBodies[0];
    resize(body, stages.length, () => at('stage').content.firstElementChild.cloneNode(true));
    stages.forEach(({ name, position, lag, state, batch }, i) => {
      const row = body.rows[i], texts = [name, state, count(position), count(lag), null, count(batch.p50), count(batch.p99), count(batch.max)];
      texts.forEach((text, j) => { if (text !== null) put(row.cells[j], text); });
      row.querySelector('.bar div div').style.width = `${greatest && 100 * lag / greatest}%`;
      row.className = state === 'unserved' || state === 'retrying' ? 'bad' : '';
    });
  }
}

// resize gives a parent as many children as there are things to show.
function resize(parent, length, make) {
  while (parent.children.length > length) parent.lastElementChild.remove();
  while (parent.children.length < length) parent.append(make());
}

