import { expect } from '@jest/globals';
import { describeChecks, type Check } from './check.js';
import { notifierFaultChecks } from './notifier-fault-checks.js';
import { arrivals, hostileMessage, makeNotifier, notifierSecrets, testMessage, testMessageTypes, testNotified, withNotifier, type NotifierSubject } from './notifier-subject.js';
import { pluginChecks } from './plugin-checks.js';

export const notifierChecks: readonly Check<NotifierSubject>[] = [
  {
    title: 'proves that the far side accepts the options, and tells nobody',
    run: async (subject) => {
      expect(await arrivals(subject, () => withNotifier(subject, async (notifier) => notifier.check?.()))).toEqual([]);
    },
  },
  {
    title: 'tells of every type of message, also of one that it never heard of',
    run: (subject) =>
      withNotifier(subject, async (notifier) => {
        for (const event of testMessageTypes) {
          const message = testMessage({ event });
          const [arrived, ...more] = await arrivals(subject, () => notifier.send(message));
          expect({ event, text: arrived?.text, more }).toEqual({ event, text: expect.stringContaining(message.certificates[0]?.name ?? ''), more: [] });
        }
      }),
  },
  {
    title: 'tells how urgent each message is, whatever it is',
    run: (subject) =>
      withNotifier(subject, async (notifier) => {
        for (const severity of ['info', 'warning', 'error', 'critical'] as const) expect(await arrivals(subject, () => notifier.send(testMessage({ severity })))).toHaveLength(1);
      }),
  },
  {
    title: 'sends a message that is about no certificate, and one whose certificates have gaps',
    run: (subject) =>
      withNotifier(subject, async (notifier) => {
        expect(await arrivals(subject, () => notifier.send(testMessage({ event: 'test', certificates: [], intervalDays: null, facts: {} })))).toHaveLength(1);
        const bare = testNotified({ commonName: null, names: [], owner: '', issuer: '', endpointCount: 0, url: null });
        expect(await arrivals(subject, () => notifier.send(testMessage({ certificates: [bare] })))).toHaveLength(1);
      }),
  },
  {
    title: 'says what the far side calls a message, or nothing',
    run: (subject) =>
      withNotifier(subject, async (notifier) => {
        const { reference } = await notifier.send(testMessage());
        expect(reference).not.toBe('');
        expect(['string', 'object']).toContain(typeof reference);
      }),
  },
  {
    title: 'has one identity for each delivery, also from another instance, where the far side knows such a thing',
    run: async (subject) => {
      const message = testMessage();
      const send = (sent: typeof message) => arrivals(subject, () => withNotifier(subject, (notifier) => notifier.send(sent)));
      const [first, again, other] = [await send(message), await send(message), await send(testMessage())].map((each) => each[0]?.identity);
      expect(first).not.toBeUndefined();
      if (first === null) return;
      expect(other).toEqual(expect.any(String));
      expect(other).not.toBe(first);
      // A far side that drops the second one has nothing to show.
      expect([first, undefined]).toContain(again);
    },
  },
  {
    title: 'keeps hostile names, owners and descriptions what they are: text',
    run: (subject) =>
      withNotifier(subject, async (notifier) => {
        const arrived = await arrivals(subject, () => notifier.send(hostileMessage()));
        expect(arrived).toHaveLength(1);
        subject.expectHarmless(arrived);
      }),
  },
  {
    title: 'sends a message that is far too large for anybody, as much of it as is allowed, and says how many there are',
    run: async (subject) => {
      const count = subject.hugeCount ?? 1_000;
      const names = Array.from({ length: 100 }, (_each, index) => `${'long-name-'.repeat(20)}${index}.example.test`);
      const certificates = Array.from({ length: count }, () => testNotified({ names, description: 'x'.repeat(1_000) }));
      const message = testMessage({ certificates, facts: { error: 'y'.repeat(300_000) } });
      const arrived = await arrivals(subject, () => withNotifier(subject, (notifier) => notifier.send(message)));
      expect(arrived).toHaveLength(subject.isPerCertificate === true ? count : 1);
      if (subject.isPerCertificate !== true) expect(arrived[0]?.text.replaceAll(',', '')).toContain(String(count));
    },
  },
  {
    title: 'names those whom its options name without asking anybody, and tells others where it takes them',
    run: async (subject) => {
      const { notifier, context } = makeNotifier(subject);
      for (const recipient of notifier.recipients?.() ?? []) expect(recipient.trim()).toBe(recipient);
      expect(context.uses).toEqual([]);
      if (notifier.takesRecipients === true) {
        const [arrived] = await arrivals(subject, () => notifier.send(testMessage({ recipients: ['one@owners.example', 'two@owners.example'] })));
        expect(arrived?.to).toEqual(expect.arrayContaining(['one@owners.example', 'two@owners.example', ...(notifier.recipients?.() ?? [])]));
        const [left] = await arrivals(subject, () => notifier.send(testMessage({ recipients: ['one@owners.example', 'two@owners.example'], onlyTo: ['two@owners.example'] })));
        expect(left?.to).toEqual(['two@owners.example']);
      }
      await notifier.close?.();
    },
  },
  {
    title: 'logs none of its secrets, is closed twice without harm, and works again as one made anew',
    run: async (subject) => {
      for (let round = 0; round < 2; round++) {
        const { notifier, context } = makeNotifier(subject);
        expect(await arrivals(subject, () => notifier.send(testMessage()))).toHaveLength(1);
        await notifier.close?.();
        await notifier.close?.();
        for (const secret of notifierSecrets(subject)) expect(context.logged.join('\n')).not.toContain(secret);
      }
    },
  },
];

/** The suite of notification plugins. */
export function describeNotifier(subject: NotifierSubject): void {
  describeChecks(`plugin ${subject.plugin.slug}`, pluginChecks, subject);
  describeChecks(`notification plugin ${subject.plugin.slug}`, notifierChecks, subject);
  describeChecks(`notification plugin ${subject.plugin.slug} when the far side fails`, notifierFaultChecks, subject);
}
