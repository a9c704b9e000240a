import { Figures } from './figures.js';
import { clock } from './format.js';
import { Rows } from './rows.js';
import { sendFrom } from './send.js';
import { Stream } from './stream.js';

const newest = 200;     // events to begin with
const aWhile = 15e3;    // ms that a restart stays in the headline

const at = id => document.getElementById(id);
const rows = new Rows(at('events').tBodies[0], at('shown'));
const stream = new Stream(row => rows.add(row), tell);
const figures = new Figures(receive, () => {
  // What has gone silent may have taken the stream with it, which can't know that by itself.
  if (figures.link.state === 'lost' && stream.link.state === 'connected') stream.link.lose();
  tell();
});
let run, restart, restartEnds;

function receive({ run: now, time, journal }) {
  if (run === undefined) {
    stream.begin(journal, newest);
  } else if (run !== now) {
    restart = clock(new Date(time));
    clearTimeout(restartEnds);
    restartEnds = setTimeout(() => {
      restart = undefined;
      tell();
    }, aWhile);
    figures.restarted(time);
    stream.check(journal, newest);
  }
  run = now;
  tell();
}

// tell says how the page is connected.
function tell() {
  const states = [figures.link.state, stream.link.state];
  const text = [];
  let state = 'connected';
  if (states.includes('lost')) {
    state = 'lost';
    text.push(states[0] === 'lost' ? 'Not connected, trying again.' : 'The stream is not connected, trying again.');
    if (states[0] === 'lost' && figures.time) text.push(`The figures are of ${clock(new Date(figures.time))}.`);
  } else if (states.includes('connecting')) {
    state = 'connecting';
    text.push('Connecting');
  } else if (restart) {
    state = 'restarted';
    text.push(`The service was restarted at ${restart}.`);
  } else {
    text.push(`Connected, run ${run}`);
  }
  document.body.className = state;
  document.title = state === 'lost' ? 'not connected – eventlog' : 'eventlog';
  if (at('status').textContent !== text.join(' ')) at('status').textContent = text.join(' ');
}

at('pause').addEventListener('click', () => {
  rows.pause(!rows.paused);
  at('pause').textContent = rows.paused ? 'Resume' : 'Pause';
});
at('filter').addEventListener('input', event => rows.filter(event.target.value));
sendFrom(at('send'), at('reply'));
figures.link.open();
