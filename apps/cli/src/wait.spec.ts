import { expect, it } from '@jest/globals';
import type { PendingCertificateView } from '@sifaka/contracts';
import { AppError } from '@sifaka/kernel';
import { waitForCertificate } from './wait.js';

type Change = Partial<PendingCertificateView>;

/** Only what waiting looks at. */
const pending = (change: Change = {}) =>
  ({ id: 7, name: 'shop', state: 'waiting', settledBy: 'order', status: null, lastError: null, numberAttempts: 0, resolvedCertId: null, ...change }) as PendingCertificateView;

/** Answers one after the other, the last one again and again; time passes by sleeping alone. */
function world(answers: (Change | AppError)[]) {
  const said: string[] = [];
  let time = 0;
  let asked = 0;
  const patience = {
    read: async () => {
      const answer = answers[Math.min(asked++, answers.length - 1)];
      if (answer instanceof AppError) throw answer;
      return pending(answer);
    },
    say: (text: string) => void said.push(text),
    sleep: async (ms: number) => void (time += ms),
    now: () => time,
    limitMs: 60_000,
  };
  return { said, patience };
}

it('ends with the certificate, and says each news once', async () => {
  const { said, patience } = world([{}, {}, { lastError: 'DNS is slow', numberAttempts: 1 }, { state: 'resolved', resolvedCertId: 12 }]);
  expect(await waitForCertificate(pending(), patience)).toBe(12);
  expect(said).toEqual(['shop: waiting for the authority', 'shop: 1 try so far, DNS is slow', 'shop: issued']);
});

it('does not mind a server that restarts', async () => {
  const { patience } = world([new AppError('unavailable', 'restarting'), { state: 'resolved', resolvedCertId: 12 }]);
  expect(await waitForCertificate(pending(), patience)).toBe(12);
});

it('says who has to bring a certificate that is signed elsewhere', async () => {
  const { said, patience } = world([{ state: 'resolved', resolvedCertId: 12 }]);
  await waitForCertificate(pending({ settledBy: 'upload' }), patience);
  expect(said[0]).toContain('sifaka pending upload 7');
});

it.each([
  ['failed_precondition', 'shop was not issued: CAA forbids it', { state: 'failed' as const, lastError: 'CAA forbids it' }],
  ['failed_precondition', 'the request for shop was cancelled', new AppError('not_found', 'gone')],
  ['permission_denied', 'not yours', new AppError('permission_denied', 'not yours')],
  ['upstream_timeout', 'still not issued', {}],
])('ends with %s: %s', async (code, words, answer) => {
  await expect(waitForCertificate(pending(), world([answer]).patience)).rejects.toMatchObject({ code, message: expect.stringContaining(words) });
});
