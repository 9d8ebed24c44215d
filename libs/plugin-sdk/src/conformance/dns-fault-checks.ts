import { inspect } from 'node:util';
import { expect } from '@jest/globals';
import { AppError } from '@sifaka/kernel';
import type { DnsProvider } from '../kinds/outbound.js';
import type { Check } from './check.js';
import { aRecord, make, secretsOf, type DnsProviderSubject } from './dns-subject.js';
import { loopbackOutbound } from './loopback-outbound.js';
import { limitedOutbound, misbehavingServer, refusingOutbound, type HttpRefusal, type Misbehaviour } from './misbehaving-server.js';
import type { GivenOption } from './plugin-checks.js';

export const dnsFaultChecks: readonly Check<DnsProviderSubject>[] = [
  {
    title: 'says that wrong credentials are wrong, in every call, without showing them',
    run: async (subject) => {
      for (const fault of await faultsOf(subject, subject.wrongCredentials)) expect(['permission_denied', 'failed_precondition']).toContain(fault.code);
    },
  },
  {
    title: 'says that a far side that is away is unavailable',
    run: (subject) => expectFaults(subject, 'away', { code: 'unavailable' }),
  },
  {
    title: 'says that a far side that hangs up failed',
    run: (subject) => expectFaults(subject, 'hangs up', { code: expect.stringMatching(/^(?:unavailable|upstream_failed)$/) }),
  },
  {
    title: 'gives up a far side that does not answer within the limits of its context',
    run: (subject) => expectFaults(subject, 'silent', { code: 'upstream_timeout' }, limitedOutbound(loopbackOutbound(), 300)),
  },
  {
    title: 'passes on what the guard of its context refuses',
    run: async (subject) => {
      const refusal = new AppError('failed_precondition', 'this address must not be reached', { reason: 'outbound.refused' });
      for (const fault of await faultsOf(subject, [], refusingOutbound(loopbackOutbound(), refusal))) expect(fault.toData()).toMatchObject(refusal.toData());
    },
  },
  {
    title: 'stops a call when the host stops',
    run: async (subject) => {
      const server = await misbehavingServer('silent');
      try {
        const { provider, context } = make(subject, subject.at(server));
        const call = provider.addTxt(aRecord(subject, 'stop')).catch((error: unknown) => error);
        await server.asked;
        context.stop();
        expect(await within(5_000, call)).toMatchObject({ code: 'unavailable' });
        expect(await within(5_000, provider.addTxt(aRecord(subject, 'stop')).catch((error: unknown) => error))).toMatchObject({ code: 'unavailable' });
        await provider.close?.();
      } finally {
        await server.close();
      }
    },
  },
  {
    title: 'says that a fault of the far side is its fault, and repeats its words',
    run: async (subject) => {
      if (subject.speaks !== 'http') return;
      for (const status of [500, 502, 503]) await expectFaults(subject, { status, body: '{"message":"database is on fire"}' }, { code: 'upstream_failed', message: expect.stringMatching(/on fire/) });
      await expectFaults(subject, { status: 502, headers: { 'content-type': 'text/html' }, body: '<html>bad gateway</html>' }, { code: 'upstream_failed' });
    },
  },
  {
    title: 'says that an answer in a form of its own is no answer of the API',
    run: async (subject) => {
      if (subject.speaks !== 'http') return;
      await expectFaults(subject, { status: 200, headers: { 'content-type': 'text/html' }, body: '<html>welcome</html>' }, { code: 'upstream_failed' });
      await expectFaults(subject, { status: 200, body: '{"unexpected":true}' }, { code: 'upstream_failed' });
    },
  },
  {
    title: 'says when it may come back to a far side that has had too many requests',
    run: async (subject) => {
      if (subject.speaks !== 'http') return;
      const { retryAfterMs, ...refusal }: HttpRefusal & { retryAfterMs?: number } = subject.rateLimit ?? { status: 429, headers: { 'retry-after': '7' }, body: '{"message":"too many requests"}', retryAfterMs: 7_000 };
      await expectFaults(subject, refusal, { code: 'rate_limited', ...(retryAfterMs !== undefined && { retryAfterMs }) });
    },
  },
];

async function expectFaults(subject: DnsProviderSubject, behaviour: Misbehaviour, expected: object, outbound = loopbackOutbound()): Promise<void> {
  const server = await misbehavingServer(behaviour);
  try {
    for (const fault of await faultsOf(subject, subject.at(server), outbound)) expect(fault).toMatchObject(expected);
  } finally {
    await server.close();
  }
}

/** What every call that reaches for the far side ends in; each must be an `AppError` without a secret. */
async function faultsOf(subject: DnsProviderSubject, changes: readonly GivenOption[], outbound = loopbackOutbound()): Promise<AppError[]> {
  const calls: ((provider: DnsProvider) => Promise<unknown> | undefined)[] = [
    (provider) => provider.check?.(),
    ...(subject.limits?.asksNoZones === true ? [] : [(provider: DnsProvider) => provider.zones()]),
    (provider) => provider.addTxt(aRecord(subject, 'fault')),
    ...(subject.limits?.keepsValues === true ? [] : [(provider: DnsProvider) => provider.removeTxt(aRecord(subject, 'fault'))]),
  ];
  const faults: AppError[] = [];
  for (const call of calls) {
    const { provider, context } = make(subject, changes, outbound);
    const found = await within(
      10_000,
      Promise.resolve(call(provider)).then(
        () => new Error('the call succeeded'),
        (error: unknown) => error,
      ),
    );
    await provider.close?.();
    if (!(found instanceof AppError)) throw new Error(`expected an AppError, got ${inspect(found)}`);
    for (const secret of [...secretsOf(subject, subject.options), ...secretsOf(subject, changes)]) {
      expect(`${inspect(found, { depth: 8 })} ${JSON.stringify(found.toData())} ${context.logged.join(' ')}`).not.toContain(secret);
    }
    faults.push(found);
  }
  return faults;
}

/** What comes of it, or the fault that nothing did. */
async function within(ms: number, outcome: Promise<unknown>): Promise<unknown> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise((resolve) => (timer = setTimeout(() => resolve(new Error(`nothing came of it within ${ms} ms`)), ms)));
  try {
    return await Promise.race([outcome, late]);
  } finally {
    clearTimeout(timer);
  }
}
