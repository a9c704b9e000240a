const shortest = 125, longest = 2000; // ms

// A Link is a connection that is opened again when it is lost, after pauses that double from 125 ms
// to 2 s. dial opens it and returns a function that closes it. It is given
//   up()      to call when the connection stands, once or often,
//   down()    to call when it is lost, and
//   own(f)    which makes f do nothing once another connection has taken this one's place.
export class Link {
  state = 'connecting'; // then 'connected' or 'lost'
  #dial; #changed;
  #close = () => {};
  #dials = 0;
  #pause = shortest;
  #timer; // runs while the link pauses
  #upAt;

  constructor(dial, changed) {
    this.#dial = dial;
    this.#changed = changed;
    const soon = () => { if (this.#timer && !document.hidden) this.open(); }; // timers of a hidden page are late
    addEventListener('online', soon);
    document.addEventListener('visibilitychange', soon);
  }

  open() {
    const dial = this.#end(), own = f => (...args) => { if (dial === this.#dials) f(...args); };
    this.#close = this.#dial({ up: own(() => this.#up()), down: own(() => this.lose()), own });
  }

  // lose closes the connection, and opens it again after a pause.
  lose() {
    this.#end();
    // A connection that ends at once is no better than none: the pauses go on growing.
    if (this.state === 'connected' && performance.now() - this.#upAt > longest) this.#pause = shortest;
    this.#timer = setTimeout(() => this.open(), this.#pause);
    this.#pause = Math.min(2 * this.#pause, longest);
    this.#become('lost');
  }

  #up() {
    if (this.state !== 'connected') this.#upAt = performance.now();
    this.#become('connected');
  }

  #end() {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#close();
    this.#close = () => {};
    return ++this.#dials;
  }

  #become(state) {
    if (this.state === state) return;
    this.state = state;
    this.#changed();
  }
}
