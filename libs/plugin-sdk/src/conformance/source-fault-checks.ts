import { expect } from '@jest/globals';
import { AppError, type ErrorCode } from '@sifaka/kernel';
import type { Check } from './check.js';
import type { GivenOption } from './plugin-checks.js';
import { secretsOf, type SourceSubject } from './source-subject.js';
import { findAll, withSource } from './source-scan.js';

/** What a source says when nothing can be read at all: an error, never an empty place. */
export const sourceFaultChecks: readonly Check<SourceSubject>[] = [
  {
    title: 'says so when its credentials are refused, in every operation, without showing them',
    run: async (subject) => {
      if (subject.wrongCredentials.length > 0) await failsEverywhere(subject, subject.wrongCredentials, ['permission_denied', 'failed_precondition']);
    },
  },
  {
    title: 'says so when nobody is there, in every operation',
    run: async (subject) => {
      if (subject.away.length > 0) await failsEverywhere(subject, subject.away, ['unavailable', 'upstream_failed', 'upstream_timeout']);
    },
  },
];

async function failsEverywhere(subject: SourceSubject, changes: readonly GivenOption[], codes: readonly ErrorCode[]): Promise<void> {
  const secrets = secretsOf(subject, changes);
  await withSource(
    subject,
    async (source, { logged }) => {
      for (const operation of [() => source.check?.(), () => findAll(source)]) {
        const asked = operation();
        if (asked === undefined) continue;
        const fault = await faultOf(asked);
        expect(codes).toContain(fault.code);
        expect(fault.message.length).toBeGreaterThan(10);
        for (const secret of secrets) expect(`${fault.message} ${JSON.stringify(fault.toData())}`).not.toContain(secret);
      }
      for (const secret of secrets) expect(logged.join('\n')).not.toContain(secret);
    },
    changes,
  );
}

async function faultOf(operation: Promise<unknown>): Promise<AppError> {
  const outcome = await operation.then(
    (value) => value,
    (error: unknown) => error,
  );
  if (outcome instanceof AppError) return outcome;
  throw new Error(`expected an AppError, got ${String(outcome)}`);
}
