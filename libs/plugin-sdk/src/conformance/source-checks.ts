import { expect } from '@jest/globals';
import { describeChecks, type Check } from './check.js';
import { pluginChecks } from './plugin-checks.js';
import { sourceChangeChecks } from './source-change-checks.js';
import { certificatesOf, endpointsOf, faultsOf, findAll, fingerprintOf, inOrder, keyOf, scanUntilStopped, withSource } from './source-scan.js';
import { sourceFaultChecks } from './source-fault-checks.js';
import { expectShape } from './source-shapes.js';
import { secretsOf, type SourceSubject } from './source-subject.js';

const scanChecks: readonly Check<SourceSubject>[] = [
  {
    title: 'proves that the far side accepts the options',
    run: (subject) => withSource(subject, (source) => source.check?.() ?? Promise.resolve()),
  },
  {
    title: 'finds every certificate that is there, and no other',
    run: (subject) =>
      withSource(subject, async (source) => {
        const expected = subject.certificates();
        expect(expected.length).toBeGreaterThan(0);
        const found = new Map(certificatesOf(await findAll(source)).map((certificate) => [fingerprintOf(certificate.certificateDer), certificate]));
        expect([...found.keys()].sort()).toEqual([...new Set(expected.map(({ fingerprint }) => fingerprint))].sort());
        for (const { fingerprint, chainLength } of expected) if (chainLength !== undefined) expect(found.get(fingerprint)?.chainDer).toHaveLength(chainLength);
      }),
  },
  {
    title: 'finds every endpoint that is there, and no other',
    run: (subject) =>
      withSource(subject, async (source) => {
        const expected = subject.endpoints?.() ?? [];
        const found = endpointsOf(await findAll(source));
        expect(found.map(({ dnsName, port }) => `${dnsName}:${port}`).sort()).toEqual(expected.map(({ dnsName, port }) => `${dnsName}:${port}`).sort());
        for (const { dnsName, port, fingerprint } of expected) {
          const presented = found.find((endpoint) => endpoint.dnsName === dnsName && endpoint.port === port)?.certificates ?? [];
          const seen = presented.flatMap(({ certificateDer }) => (certificateDer === null ? [] : [fingerprintOf(certificateDer)]));
          if (fingerprint !== undefined && seen.length > 0) expect(seen).toContain(fingerprint);
        }
      }),
  },
  {
    title: 'hands over findings as the inventory takes them, without keys and secrets',
    run: (subject) =>
      withSource(subject, async (source, { logged }) => {
        const findings = await findAll(source);
        for (const finding of findings) expectShape(finding, secretsOf(subject));
        expect(faultsOf(findings)).toEqual([]);
        for (const secret of secretsOf(subject)) expect(logged.join('\n')).not.toContain(secret);
      }),
  },
  {
    title: 'finds the same when nothing has changed',
    run: (subject) =>
      withSource(subject, async (source) => {
        const first = inOrder(await findAll(source));
        expect(inOrder(await findAll(source))).toEqual(first);
      }),
  },
  {
    title: 'goes on after each checkpoint with everything that comes behind it',
    run: (subject) =>
      withSource(subject, async (source) => {
        const findings = await findAll(source);
        const all = new Set(inOrder(findings));
        for (const [index, finding] of findings.entries()) {
          if (finding.kind !== 'checkpoint') continue;
          const resumed = inOrder(await findAll(source, { resumeAfter: finding.cursor }));
          expect(resumed).toEqual(expect.arrayContaining(inOrder(findings.slice(index + 1))));
          expect(new Set([...inOrder(findings.slice(0, index)), ...resumed])).toEqual(all);
        }
      }),
  },
  {
    title: 'ends soon when it is told to stop',
    run: (subject) =>
      withSource(subject, async (source) => {
        for (const afterFindings of [0, 1]) expect(await scanUntilStopped(source, { afterFindings, limitMs: 5_000 })).toBe('ended');
      }),
  },
  {
    title: 'works again after somebody stopped listening',
    run: (subject) =>
      withSource(subject, async (source) => {
        for await (const finding of source.scan({ resumeAfter: null, signal: new AbortController().signal })) if (keyOf(finding) !== '') break;
        expect(certificatesOf(await findAll(source)).length).toBeGreaterThan(0);
      }),
  },
  {
    title: 'passes over what is no certificate, and finds the others',
    run: async (subject) => {
      if (subject.breakOne === undefined) return;
      const sound = new Set(subject.certificates().map(({ fingerprint }) => fingerprint));
      const mend = await subject.breakOne();
      try {
        await withSource(subject, async (source) => {
          const findings = await findAll(source);
          for (const finding of findings) expectShape(finding, secretsOf(subject));
          const found = new Set(certificatesOf(findings).map(({ certificateDer }) => fingerprintOf(certificateDer)));
          expect([...found]).toEqual(expect.arrayContaining([...sound]));
          // Handed over for the inventory to refuse, or told: never passed over in silence.
          expect(found.size - sound.size + faultsOf(findings).length).toBeGreaterThan(0);
          expect(faultsOf(findings).filter(({ hides }) => hides === 'everything')).toEqual([]);
        });
      } finally {
        await mend();
      }
    },
  },
];

export const sourceChecks: readonly Check<SourceSubject>[] = [...scanChecks, ...sourceFaultChecks, ...sourceChangeChecks];

/** The suite of source plugins. */
export function describeSource(subject: SourceSubject): void {
  describeChecks(`plugin ${subject.plugin.slug}`, pluginChecks, subject);
  describeChecks(`source plugin ${subject.plugin.slug}`, sourceChecks, subject);
}
