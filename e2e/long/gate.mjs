/** Work that time must not overtake: it begins only while the gate is open, and the gate closes when all of it is done. */
export class Gate {
  #isOpen = false;
  #waiting = [];
  #running = 0;
  #idle = [];

  open() {
    this.#isOpen = true;
    for (const go of this.#waiting.splice(0)) go();
  }

  async close() {
    while (this.#running > 0) await new Promise((resolve) => this.#idle.push(resolve));
    this.#isOpen = false;
  }

  /** @template T @param {() => Promise<T>} work @returns {Promise<T>} */
  async through(work) {
    while (!this.#isOpen) await new Promise((resolve) => this.#waiting.push(resolve));
    this.#running += 1;
    try {
      return await work();
    } finally {
      this.#running -= 1;
      if (this.#running === 0) for (const done of this.#idle.splice(0)) done();
    }
  }
}
