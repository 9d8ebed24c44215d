import { expect } from '@jest/globals';
import { isAppError, type AppError } from '@sifaka/kernel';
import type { Check } from './check.js';
import { loopbackOutbound } from './loopback-outbound.js';
import { aMeasurement, arrivedWhen, makeSink, withSink, type MetricSinkSubject } from './metric-subject.js';
import { limitedOutbound, misbehavingServer, type Misbehaviour } from './misbehaving-server.js';

/** What a sink says within this time is soon enough: the next second's measurements wait behind it. */
const soonMs = 8_000;

export const metricFaultChecks: readonly Check<MetricSinkSubject>[] = [
  faulty('says that nobody is there', 'away', ['unavailable']),
  faulty('gives up on a connection that is cut', 'hangs up', ['unavailable', 'upstream_failed']),
  faulty('gives up on a far side that takes everything and never answers', 'silent', ['upstream_timeout', 'unavailable']),
  faulty('names an error of the far side', { status: 500, body: 'failure' }, ['upstream_failed'], 'http'),
  faulty('names refused credentials', { status: 401, body: '{}' }, ['permission_denied'], 'http'),
  faulty('names measurements that are refused', { status: 400, body: 'cannot parse' }, ['failed_precondition'], 'http'),
  {
    title: 'says that its credentials are refused, and shows them to nobody',
    run: async (subject) => {
      if (subject.wrongCredentials === null) return;
      const secrets = subject.wrongCredentials.map(({ value }) => String(value));
      await withSink(
        subject,
        async (sink, context) => {
          const fault = await faultOf(() => sink.submit([aMeasurement()]));
          expect(['permission_denied', 'unauthenticated', 'failed_precondition']).toContain(fault.code);
          for (const secret of secrets) expect(`${fault.message} ${context.logged.join(' ')}`).not.toContain(secret);
        },
        subject.wrongCredentials,
      );
    },
  },
  {
    title: 'works again when the far side is back',
    run: async (subject) => {
      if (subject.speaks === 'datagrams') return;
      const server = await misbehavingServer('hangs up');
      const { sink } = makeSink(subject, subject.at(server));
      await faultOf(() => sink.submit([aMeasurement()]));
      // It comes back at the same address, and answers in its own way: not as one that is gone.
      await faultOf(() => sink.submit([aMeasurement()]));
      await server.close();
      await sink.close?.();
      const measurement = aMeasurement();
      await withSink(subject, (again) => again.submit([measurement]));
      expect(await arrivedWhen(subject, measurement.name, (all) => all.length > 0)).toHaveLength(1);
    },
  },
  {
    title: 'stops a call that is under way when it is closed',
    run: async (subject) => {
      if (subject.speaks === 'datagrams') return;
      const server = await misbehavingServer('silent');
      const { sink, context } = makeSink(subject, subject.at(server));
      const submitting = faultOf(() => sink.submit([aMeasurement()]));
      await server.asked;
      context.stop();
      await sink.close?.();
      await submitting;
      await server.close();
    },
  },
];

function faulty(title: string, behaviour: Misbehaviour, codes: readonly string[], only?: 'http'): Check<MetricSinkSubject> {
  return {
    title,
    run: async (subject) => {
      if (subject.speaks === 'datagrams' || (only !== undefined && subject.speaks !== only)) return;
      const server = await misbehavingServer(behaviour);
      const { sink } = makeSink(subject, subject.at(server), limitedOutbound(loopbackOutbound(), 2_000));
      try {
        const startedAt = performance.now();
        const fault = await faultOf(() => sink.submit([aMeasurement()]));
        expect(codes).toContain(fault.code);
        expect(performance.now() - startedAt).toBeLessThan(soonMs);
      } finally {
        await sink.close?.();
        await server.close();
      }
    },
  };
}

async function faultOf(work: () => Promise<unknown>): Promise<AppError> {
  const outcome: unknown = await work().catch((error: unknown) => error);
  if (isAppError(outcome)) return outcome;
  throw new Error(`expected an AppError, got ${String(outcome)}`);
}
