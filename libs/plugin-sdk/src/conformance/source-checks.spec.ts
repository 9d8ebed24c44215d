import { describe, expect, it } from '@jest/globals';
import { AppError } from '@sifaka/kernel';
import { z } from 'zod';
import { definePlugin } from '../define-plugin.js';
import type { Finding, FoundEndpoint, Source, StoredCertificate } from '../kinds/source.js';
import { secret } from '../options/option-schemas.js';
import { describeSource, sourceChecks } from './source-checks.js';
import { fingerprintOf } from './source-scan.js';
import type { SourceSubject } from './source-subject.js';
import { testPath } from './test-path.js';

const [one, two, three, four] = [0, 1, 2, 3].map(() => testPath('ECCPRIME256V1').certificateDer);
type Sound = Required<Omit<Source, 'close'>>;

/** A source in memory with three certificates and an endpoint; `change` says what is wrong with it. */
function aSubject(change: (sound: Sound, place: Map<string, Buffer>) => Partial<Source> = () => ({})): SourceSubject {
  const place = new Map<string, Buffer>([['one', one ?? Buffer.of()], ['two', two ?? Buffer.of()], ['three', three ?? Buffer.of()]]);
  let presented = 'one';
  const plugin = definePlugin({
    kind: 'source',
    slug: 'memory-source',
    title: 'Memory',
    description: 'Certificates in memory',
    version: '1.0.0',
    options: z.object({ host: z.string().describe('Where'), token: secret().describe('What lets in') }),
    create: ({ host, token }) => {
      const login = () => {
        if (host === 'away') throw new AppError('unavailable', 'nobody is there to talk to');
        if (token === 'wrong') throw new AppError('permission_denied', 'the far side does not let us in');
      };
      const endpoint = (): FoundEndpoint => anEndpoint(presented, place.get(presented) ?? null);
      const sound: Sound = {
        check: async () => login(),
        async *scan({ resumeAfter, signal }) {
          login();
          for (const [name, der] of [...place].filter(([each]) => resumeAfter === null || each > resumeAfter).sort()) {
            if (signal.aborted) return;
            yield aCertificate(name, der);
            yield { kind: 'checkpoint', cursor: name };
          }
          yield { kind: 'endpoint', endpoint: endpoint() };
        },
        endpoint: async () => endpoint(),
        updateEndpoint: async (_endpoint, { to }) => void (presented = to.name),
        remove: async ({ name }) => void place.delete(name),
      };
      return { ...sound, ...change(sound, place) };
    },
  });
  const named = (values: Record<string, string>) => Object.entries(values).map(([name, value]) => ({ name, value }));
  const stored = (name: string): StoredCertificate => ({ name, externalId: null, fingerprint: fingerprintOf(place.get(name) ?? Buffer.of()) });
  return {
    plugin,
    options: named({ host: 'here', token: 'right-token' }),
    certificates: () => [...place.keys()].map((name) => ({ fingerprint: stored(name).fingerprint, chainLength: 0 })),
    endpoints: () => [{ dnsName: 'memory.example.test', port: 443, fingerprint: stored(presented).fingerprint }],
    wrongCredentials: named({ token: 'wrong' }),
    away: named({ host: 'away' }),
    breakOne: () => (place.set('broken', Buffer.from('no certificate')), async () => void place.delete('broken')),
    removable: () => (place.set('four', four ?? Buffer.of()), stored('four')),
    rotation: () => ({ endpoint: { dnsName: 'memory.example.test', port: 443 }, from: stored('one'), to: stored('two') }),
  };
}

const aCertificate = (name: string, certificateDer: Uint8Array): Finding => ({ kind: 'certificate', certificate: { certificateDer, chainDer: [], name, externalId: null, owner: null, description: null } });

const anEndpoint = (name: string, certificateDer: Uint8Array | null): FoundEndpoint => ({
  name: 'memory',
  dnsName: 'memory.example.test',
  port: 443,
  type: 'memory',
  externalId: null,
  aliases: [],
  certificates: [{ name, externalId: null, certificateDer, chainDer: [], isDefault: true }],
  policy: null,
  registryType: null,
  certificatePath: null,
  store: null,
  serverName: null,
  startTls: null,
});

describeSource(aSubject());

/** The scan of a sound source, each finding as `replace` has it. */
const findingsWith = (replace: (finding: Finding, index: number) => Finding[]) =>
  ({ scan }: Sound): Partial<Source> => ({
    async *scan(request) {
      let index = 0;
      for await (const finding of scan(request)) yield* replace(finding, (index += 1));
    },
  });

describe('the suite of sources', () => {
  let runs = 0;
  const rows: [string, NonNullable<Parameters<typeof aSubject>[0]>, RegExp][] = [
    ['finds nothing', findingsWith((finding) => (finding.kind === 'certificate' ? [] : [finding])), /finds every certificate/],
    ['finds no endpoint', findingsWith((finding) => (finding.kind === 'endpoint' ? [] : [finding])), /finds every endpoint/],
    ['hands over a key', findingsWith((finding) => (finding.kind === 'certificate' ? [aCertificate('x', Buffer.from('-----BEGIN PRIVATE KEY-----'))] : [finding])), /as the inventory takes them/],
    ['shows its token', findingsWith((finding) => [finding, { kind: 'fault', fault: { what: 'x', reason: 'token right-token is old', hides: 'nothing' } }]), /as the inventory takes them/],
    ['calls a certificate by an empty name', findingsWith((finding) => (finding.kind === 'certificate' ? [aCertificate('', finding.certificate.certificateDer)] : [finding])), /as the inventory takes them/],
    ['calls it otherwise each time', findingsWith((finding) => (finding.kind === 'certificate' ? [aCertificate(`run-${(runs += 1)}`, finding.certificate.certificateDer)] : [finding])), /finds the same/],
    ['sets a checkpoint before what it covers', findingsWith((finding, index) => (index === 1 ? [{ kind: 'checkpoint', cursor: 'two' }, finding] : [finding])), /goes on after each checkpoint/],
    ['ends at what is broken', ({ scan }) => ({ async *scan(request) { for await (const finding of scan(request)) { if (finding.kind === 'certificate' && finding.certificate.name === 'broken') throw new Error('broken'); yield finding; } } }), /passes over what is no certificate/],
    ['hides what is broken', findingsWith((finding) => (finding.kind === 'certificate' && finding.certificate.name === 'broken' ? [] : [finding])), /passes over what is no certificate/],
    ['finds an empty place where it is refused', () => ({ async *scan() {} }), /credentials are refused/],
    ['shows its credentials', () => ({ check: () => Promise.reject(new AppError('permission_denied', 'the far side does not know the token "wrong"')) }), /credentials are refused/],
    ['hears something else of an endpoint', ({ endpoint }) => ({ endpoint: async (each) => ({ ...((await endpoint(each)) ?? each), port: 444 }) }), /asks for one endpoint/],
    ['does not remove', () => ({ remove: async () => undefined }), /removes one certificate/],
    ['removes too much', (_sound, place) => ({ remove: async () => place.clear() }), /removes one certificate/],
    ['does not re-point', () => ({ updateEndpoint: async () => undefined }), /present another certificate/],
  ];

  it.each(rows)('fails a plugin that %s', async (_title, change, title) => {
    const failed: string[] = [];
    const subject = aSubject(change);
    for (const check of sourceChecks) await Promise.resolve(check.run(subject)).catch(() => failed.push(check.title));
    expect(failed).toEqual(expect.arrayContaining([expect.stringMatching(title)]));
  });

  it('fails a plugin that does not stop', async () => {
    const subject = aSubject(() => ({
      async *scan({ signal }) {
        if (signal.aborted) await new Promise(() => undefined);
        yield aCertificate('one', Buffer.of(1));
      },
    }));
    const check = sourceChecks.find(({ title }) => title.startsWith('ends soon'));
    await expect(check?.run(subject)).rejects.toThrow(/went on/);
  });

  it('asks for what it needs to test a source that changes things', async () => {
    const subject = aSubject();
    const check = sourceChecks.find(({ title }) => title.startsWith('removes one'));
    await expect(check?.run({ ...subject, removable: undefined })).rejects.toThrow(/"removable"/);
  });
});
