// A limit on the number of requests in flight.

/** A queue of tasks of which a limited number runs at once, in the order of their arrival. */
export class Slots {
  #free;
  #queue = [];

  constructor(count) {
    this.#free = count;
  }

  async run(signal, task) {
    await this.#acquire(signal);
    try {
      return await task();
    } finally {
      const next = this.#queue.shift();
      if (next) next();
      else this.#free += 1;
    }
  }

  #acquire(signal) {
    signal?.throwIfAborted();
    if (this.#free > 0) {
      this.#free -= 1;
      return undefined;
    }
    return new Promise((resolve, reject) => {
      const start = () => {
        signal?.removeEventListener("abort", leave);
        resolve();
      };
      const leave = () => {
        this.#queue = this.#queue.filter((queued) => queued !== start);
        reject(signal.reason);
      };
      this.#queue.push(start);
      signal?.addEventListener("abort", leave, { once: true });
    });
  }
}
