import { expect } from '@jest/globals';
import { AppError } from '@sifaka/kernel';
import type { Check } from './check.js';
import { loopbackOutbound } from './loopback-outbound.js';
import { limitedOutbound, misbehavingServer, refusingOutbound, type HttpRefusal, type Misbehaviour } from './misbehaving-server.js';
import { makeNotifier, notifierFault, testMessage, within, type NotifierSubject } from './notifier-subject.js';
import { startStandIn } from './stand-in.js';

export const notifierFaultChecks: readonly Check<NotifierSubject>[] = [
  {
    title: 'says that wrong credentials are wrong, without showing them',
    run: async (subject) => {
      if (subject.wrongCredentials === null) return;
      const { code } = await notifierFault(subject, (notifier) => notifier.send(testMessage()), subject.wrongCredentials);
      expect(['permission_denied', 'failed_precondition']).toContain(code);
      if (makeNotifier(subject).notifier.check === undefined) return;
      const checked = await notifierFault(subject, async (notifier) => notifier.check?.(), subject.wrongCredentials);
      expect(['permission_denied', 'failed_precondition']).toContain(checked.code);
    },
  },
  {
    title: 'says that a far side that is away is unavailable',
    run: (subject) => expectFault(subject, 'away', { code: 'unavailable' }),
  },
  {
    title: 'says that a far side that hangs up failed',
    run: (subject) => expectFault(subject, 'hangs up', { code: expect.stringMatching(/^(?:unavailable|upstream_failed)$/) }),
  },
  {
    title: 'gives up a far side that does not answer within the limits of its context',
    run: (subject) => expectFault(subject, 'silent', { code: 'upstream_timeout' }, limitedOutbound(loopbackOutbound(), 300)),
  },
  {
    title: 'passes on what the guard of its context refuses',
    run: async (subject) => {
      const refusal = new AppError('failed_precondition', 'this address must not be reached', { reason: 'outbound.refused' });
      const fault = await notifierFault(subject, (notifier) => notifier.send(testMessage()), {}, refusingOutbound(loopbackOutbound(), refusal));
      expect(fault.toData()).toMatchObject(refusal.toData());
    },
  },
  {
    title: 'stops a call when the host stops',
    run: async (subject) => {
      const server = await misbehavingServer('silent');
      try {
        const { notifier, context } = makeNotifier(subject, subject.at(server));
        const call = notifier.send(testMessage()).catch((error: unknown) => error);
        // A server that begins with a greeting is not asked anything before it.
        await (subject.speaks === 'http' ? server.asked : server.connected);
        context.stop();
        expect(await within(5_000, call)).toMatchObject({ code: 'unavailable' });
        expect(await within(5_000, notifier.send(testMessage()).catch((error: unknown) => error))).toMatchObject({ code: 'unavailable' });
        await notifier.close?.();
      } finally {
        await server.close();
      }
    },
  },
  {
    title: 'says that a fault of the far side may pass',
    run: async (subject) => {
      if (subject.speaks !== 'http') return;
      for (const status of [500, 502, 503]) await expectFault(subject, { status, body: '{"message":"database is on fire"}' }, { code: 'upstream_failed' });
      await expectFault(subject, { status: 502, headers: { 'content-type': 'text/html' }, body: '<html>bad gateway</html>' }, { code: 'upstream_failed' });
    },
  },
  {
    title: 'follows no redirect: what is behind it has not got the message',
    run: async (subject) => {
      if (subject.speaks !== 'http') return;
      const elsewhere = await startStandIn(() => ({ status: 200, headers: { 'content-type': 'text/html' }, body: '<html>who are you?</html>' }));
      try {
        for (const status of [301, 302, 303, 307, 308]) await expectFault(subject, { status, headers: { location: `${elsewhere.url}/login` } }, { code: 'not_found', reason: 'outbound.redirect', message: expect.stringContaining(`${status} to ${new URL(elsewhere.url).host}`) });
        expect(elsewhere.requests).toEqual([]);
      } finally {
        await elsewhere.stop();
      }
    },
  },
  {
    title: 'says when it may come back to a far side that has had too many requests',
    run: async (subject) => {
      if (subject.speaks !== 'http') return;
      const { retryAfterMs, ...refusal }: HttpRefusal & { retryAfterMs?: number } = subject.rateLimit ?? { status: 429, headers: { 'retry-after': '7' }, body: '{"message":"too many requests"}', retryAfterMs: 7_000 };
      await expectFault(subject, refusal, { code: 'rate_limited', ...(retryAfterMs !== undefined && { retryAfterMs }) });
    },
  },
];

async function expectFault(subject: NotifierSubject, behaviour: Misbehaviour, expected: object, outbound = loopbackOutbound()): Promise<void> {
  const server = await misbehavingServer(behaviour);
  try {
    expect(await notifierFault(subject, (notifier) => notifier.send(testMessage()), subject.at(server), outbound)).toMatchObject(expected);
  } finally {
    await server.close();
  }
}
