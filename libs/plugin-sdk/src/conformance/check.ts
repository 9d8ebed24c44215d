import { describe, it } from '@jest/globals';

/** One demand on a plugin. It is data, so that the suites themselves can be tested: on a plugin that breaks the demand, `run` must reject. */
export interface Check<Subject> {
  title: string;
  run: (subject: Subject) => void | Promise<void>;
}

/** Registers every check as a test. */
export function describeChecks<Subject>(title: string, checks: readonly Check<Subject>[], subject: Subject): void {
  describe(title, () => {
    for (const check of checks) it(check.title, () => check.run(subject));
  });
}
