import type { Environment } from './load.js';

/** The environment of the test run, for the testing library: what it started, and what must not be skipped. */
export function testEnvironment(): Environment {
  return process.env;
}
