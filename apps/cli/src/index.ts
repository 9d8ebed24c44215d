export { run } from './run.js';
export { exitCodes } from './exit-code.js';
export type { Terminal } from './terminal.js';
