/** A fault whose message names cause and remedy in one line; whoever started the program sees nothing else. */
export class StartFault extends Error {
  /** @param {string} message @param {{ cause?: unknown }} [options] */
  constructor(message, options) {
    super(message, options);
    this.name = 'StartFault';
  }
}
