import { expect } from '@jest/globals';
import type { DnsProvider } from '../kinds/outbound.js';
import { describeChecks, type Check } from './check.js';
import { dnsFaultChecks } from './dns-fault-checks.js';
import { aDigest, aRecord, make, secretsOf, type DnsProviderSubject } from './dns-subject.js';
import { pluginChecks } from './plugin-checks.js';

export const dnsRecordChecks: readonly Check<DnsProviderSubject>[] = [
  {
    title: 'proves that the far side accepts the options',
    run: (subject) => using(subject, (provider) => expect(provider.check?.()).resolves.toBeUndefined()),
  },
  {
    title: 'lists every zone once, in lower case, without the last dot',
    run: (subject) => using(subject, async (provider) => expect([...(await provider.zones())].sort()).toEqual([...subject.zones].sort())),
  },
  {
    title: 'puts two values side by side and removes each alone',
    run: (subject) =>
      using(subject, async (provider) => {
        const [one, other] = [aRecord(subject, 'side-by-side'), aRecord(subject, 'side-by-side')];
        await provider.addTxt(one);
        await expectValues(subject, one.name, [one.value]);
        await provider.addTxt(other);
        await expectValues(subject, one.name, [one.value, other.value]);
        if (subject.limits?.keepsValues === true) return;
        await provider.removeTxt(one);
        await expectValues(subject, one.name, [other.value]);
        await provider.removeTxt(other);
        await expectValues(subject, one.name, []);
      }),
  },
  {
    title: 'changes nothing by adding or removing again, or removing what never was',
    run: (subject) =>
      using(subject, async (provider) => {
        const record = aRecord(subject, 'again');
        await provider.removeTxt(record);
        await provider.addTxt(record);
        await provider.addTxt(record);
        await expectValues(subject, record.name, [record.value]);
        await provider.removeTxt({ ...record, value: aDigest() });
        await expectValues(subject, record.name, [record.value]);
        if (subject.limits?.keepsValues === true) return;
        await provider.removeTxt(record);
        await provider.removeTxt(record);
        await expectValues(subject, record.name, []);
      }),
  },
  {
    title: 'serves deep names and the zone itself, in any case and with a last dot',
    run: (subject) =>
      using(subject, async (provider) => {
        for (const name of [`_acme-challenge.a.b.c.d.e.${subject.zone}`, `_acme-challenge.${subject.zone}`]) {
          const value = aDigest();
          await provider.addTxt({ name: `${name.toUpperCase()}.`, value, ttlSeconds: 60 });
          await expectValues(subject, name, [value]);
          await provider.removeTxt({ name: `${name.toUpperCase()}.`, value, ttlSeconds: 60 });
          if (subject.limits?.keepsValues !== true) await expectValues(subject, name, []);
        }
      }),
  },
  {
    title: 'chooses the longest zone that the name lies in',
    run: (subject) =>
      using(subject, async (provider) => {
        if (subject.childZone === undefined) return;
        const record = { name: `_acme-challenge.www.${subject.childZone}`, value: aDigest(), ttlSeconds: 60 };
        await provider.addTxt(record);
        await expectValues(subject, record.name, [record.value]);
        await provider.removeTxt(record);
        if (subject.limits?.keepsValues !== true) await expectValues(subject, record.name, []);
      }),
  },
  {
    title: 'refuses a name that lies in none of its zones, and a zone is no zone of a name that merely ends like it',
    run: (subject) =>
      using(subject, async (provider) => {
        for (const name of ['_acme-challenge.elsewhere.invalid', `_acme-challenge.not${subject.zone}`]) {
          const found = await provider.addTxt({ name, value: aDigest(), ttlSeconds: 60 }).catch((error: unknown) => error);
          expect(found).toMatchObject({ code: 'failed_precondition', message: expect.stringContaining(name) });
        }
      }),
  },
  {
    title: 'keeps every one of 20 values that come at once from several processes, and removes half of them at once',
    run: async (subject) => {
      if (subject.limits?.valuesPerName !== undefined) return;
      const name = `_acme-challenge.at-once.${subject.zone}`;
      const writers = [1, 2, 3, 4].map(() => make(subject).provider);
      // Five values each, and each value has one writer.
      const records = writers.flatMap((writer) => Array.from({ length: 5 }, () => ({ writer, record: { name, value: aDigest(), ttlSeconds: 60 } })));
      const [early, late] = [records.filter((_each, index) => index % 2 === 0), records.filter((_each, index) => index % 2 === 1)];
      const values = (some: typeof records) => some.map(({ record }) => record.value);

      await Promise.all(records.map(({ writer, record }) => writer.addTxt(record)));
      await expectValues(subject, name, values(records));
      await Promise.all(early.map(({ writer, record }) => writer.removeTxt(record)));
      await expectValues(subject, name, values(late));
      await Promise.all(late.map(({ writer, record }) => writer.removeTxt(record)));
      await expectValues(subject, name, []);
      for (const writer of writers) await writer.close?.();
    },
  },
  {
    title: 'keeps quotes, backslashes, spaces, semicolons and values of more than 255 octets as they are',
    run: (subject) =>
      using(subject, async (provider) => {
        if (subject.limits?.digestsOnly === true) return;
        for (const value of ['say "hello"; c:\\temp \\100 and  more', 'x'.repeat(300)]) {
          const record = { ...aRecord(subject, 'text'), value };
          await provider.addTxt(record);
          await provider.addTxt(record);
          await expectValues(subject, record.name, [value]);
          await provider.removeTxt(record);
          await expectValues(subject, record.name, []);
        }
      }),
  },
  {
    title: 'logs none of its secrets, and works again as one made anew after it was closed',
    run: async (subject) => {
      for (let round = 0; round < 2; round++) {
        const { provider, context } = make(subject);
        const record = aRecord(subject, 'anew');
        await provider.addTxt(record);
        await provider.removeTxt(record);
        await provider.close?.();
        await provider.close?.();
        for (const secret of secretsOf(subject, subject.options)) expect(context.logged.join('\n')).not.toContain(secret);
      }
    },
  },
];

/** The suite of DNS plugins. */
export function describeDnsProvider(subject: DnsProviderSubject): void {
  describeChecks(`plugin ${subject.plugin.slug}`, pluginChecks, subject);
  describeChecks(`DNS plugin ${subject.plugin.slug}`, dnsRecordChecks, subject);
  describeChecks(`DNS plugin ${subject.plugin.slug} when the far side fails`, dnsFaultChecks, subject);
}

async function using(subject: DnsProviderSubject, work: (provider: DnsProvider) => Promise<void>): Promise<void> {
  const { provider } = make(subject);
  try {
    await work(provider);
  } finally {
    await provider.close?.();
  }
}

async function expectValues(subject: DnsProviderSubject, name: string, values: readonly string[]): Promise<void> {
  const found = await subject.read(name);
  const { keepsValues, valuesPerName } = subject.limits ?? {};
  if (keepsValues === true || valuesPerName !== undefined) expect(found).toEqual(expect.arrayContaining(values.slice(-(valuesPerName ?? Infinity))));
  else expect([...found].sort()).toEqual([...values].sort());
}
