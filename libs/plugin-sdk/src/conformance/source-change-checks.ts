import { expect } from '@jest/globals';
import type { FoundEndpoint, Source, StoredCertificate } from '../kinds/source.js';
import type { Check } from './check.js';
import type { SourceSubject } from './source-subject.js';
import { certificatesOf, endpointsOf, findAll, fingerprintOf, keyOf, withSource } from './source-scan.js';

/** What some sources do besides looking. */
export const sourceChangeChecks: readonly Check<SourceSubject>[] = [
  {
    title: 'asks for one endpoint and hears what a scan finds',
    run: (subject) =>
      withSource(subject, async (source) => {
        if (source.endpoint === undefined) return;
        for (const endpoint of endpointsOf(await findAll(source))) {
          const asked = await source.endpoint(endpoint);
          expect(asked).not.toBeNull();
          if (asked !== null) expect(keyOf({ kind: 'endpoint', endpoint: asked })).toBe(keyOf({ kind: 'endpoint', endpoint }));
        }
      }),
  },
  {
    title: 'removes one certificate and leaves the others, again without harm',
    run: (subject) =>
      withSource(subject, async (source) => {
        if (source.remove === undefined) return;
        const certificate = await given(subject.removable, 'removable');
        const before = await fingerprints(source);
        expect(before).toContain(certificate.fingerprint);
        await source.remove(certificate);
        await source.remove(certificate);
        expect(await fingerprints(source)).toEqual(before.filter((fingerprint) => fingerprint !== certificate.fingerprint));
      }),
  },
  {
    title: 'makes an endpoint present another certificate of its store and back again, and nothing else',
    run: (subject) =>
      withSource(subject, async (source) => {
        if (source.updateEndpoint === undefined) return;
        const { endpoint: at, from, to } = await given(subject.rotation, 'rotation');
        const found = async () => {
          const endpoint = endpointsOf(await findAll(source)).find(({ dnsName, port }) => dnsName === at.dnsName && port === at.port);
          if (endpoint === undefined) throw new Error(`the scan finds no endpoint ${at.dnsName}:${at.port}`);
          return endpoint;
        };
        const before = await found();
        expect(presents(before, from)).toBe(true);
        expect(presents(before, to)).toBe(false);
        for (const change of [{ from, to }, { from, to }, { from: to, to: from }]) {
          await source.updateEndpoint(before, change);
          const after = await found();
          expect(presents(after, change.to)).toBe(true);
          expect(presents(after, change.from)).toBe(false);
          expect(after.certificates).toHaveLength(before.certificates.length);
        }
        expect(keyOf({ kind: 'endpoint', endpoint: await found() })).toBe(keyOf({ kind: 'endpoint', endpoint: before }));
      }),
  },
];

async function given<Value>(prepare: (() => Promise<Value> | Value) | undefined, name: string): Promise<Value> {
  if (prepare === undefined) throw new Error(`the source can change things, so the subject must have "${name}"`);
  return prepare();
}

const fingerprints = async (source: Source): Promise<string[]> => certificatesOf(await findAll(source)).map(({ certificateDer }) => fingerprintOf(certificateDer)).sort();

/** By whatever the source says of the certificate. */
function presents({ certificates }: FoundEndpoint, { name, externalId, fingerprint }: StoredCertificate): boolean {
  return certificates.some((each) =>
    each.certificateDer === null ? (each.externalId !== null && each.externalId === externalId) || (each.externalId === null && each.name === name) : fingerprintOf(each.certificateDer) === fingerprint,
  );
}
