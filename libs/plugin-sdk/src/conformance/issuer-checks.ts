import { randomUUID, sign } from 'node:crypto';
import { expect } from '@jest/globals';
import { AppError } from '@sifaka/kernel';
import {
  assembleCsr,
  encodeCsrExtensions,
  encodeCsrInfo,
  encodeName,
  hashForKeyType,
  parseCertificate,
  publicKeyOf,
  signatureAlgorithmFor,
  subjectFrom,
  verifyChain,
  type ExtensionRequest,
} from '@sifaka/pki';
import type { Plugin } from '../define-plugin.js';
import type { IssueOutcome, Issuer, IssuerAuthority, IssuerCertificateRequest } from '../kinds/issuer.js';
import { parsePluginOptions } from '../options/parse-plugin-options.js';
import { describeChecks, type Check } from './check.js';
import { pluginChecks, type GivenOption } from './plugin-checks.js';
import { generateTestKey, testContext, type TestContext } from './test-context.js';

export interface IssuerSubject {
  plugin: Plugin<'issuer'>;
  /** Options with which the plugin works, as a client sends them. */
  options: readonly GivenOption[];
  /** An authority that the issuer can issue from now. */
  prepare(issuer: Issuer, context: TestContext): Promise<IssuerAuthority>;
  context?(): TestContext;
  /** What the authority decides on its own, whatever was asked. */
  decides?: { dates?: true; names?: true; subject?: true; keyIdentifiers?: true };
  /** Key types that the authority certifies; by default all that this platform makes for certificates. */
  keyTypes?: readonly string[];
  /** The signing request alone says what is certified: no other field is looked at. */
  readsCsrOnly?: true;
  /** The far side does not hand out its root. */
  chainLacksRoot?: true;
}

const day = 86_400_000;

export const issuerChecks: readonly Check<IssuerSubject>[] = [
  {
    title: 'issues for RSA, EC and Ed25519 keys what was asked for',
    run: async (subject) => {
      const { issue } = await prepared(subject);
      for (const keyType of subject.keyTypes ?? ['RSA2048', 'ECCPRIME256V1', 'ECCSECP384R1', 'ED25519']) {
        const { outcome, request } = await issue({}, keyType);
        const certificate = parseCertificate(outcome.certificateDer);
        expect(certificate.spki).toEqual(request.subjectPublicKeyDer);
        if (subject.decides?.subject === undefined) expect(certificate.subjectDer).toEqual(request.subjectDer);
        expect(certificate.isCa).toBe(false);
        if (subject.decides?.names === undefined) expect(certificate.sans).toEqual(request.extensions.subjectAltNames);
      }
    },
  },
  {
    title: 'returns the complete chain, issuer first and root last',
    run: async (subject) => {
      const { issue } = await prepared(subject);
      const { outcome } = await issue();
      const path = [outcome.certificateDer, ...outcome.chainDer].map((der) => parseCertificate(der));
      expect(path.length).toBeGreaterThan(1);
      expect(verifyChain(path)).toBeNull();
      if (subject.chainLacksRoot !== true) expect(path.at(-1)?.isSelfSigned).toBe(true);
      expect(path.slice(0, -1).some(({ isSelfSigned }) => isSelfSigned)).toBe(false);
    },
  },
  {
    title: 'keeps the dates to the second',
    run: async (subject) => {
      if (subject.decides?.dates === true) return;
      const { issue, authority } = await prepared(subject);
      const { notBefore } = parseCertificate(authority.certificateDer);
      const asked = { notBefore: new Date(notBefore.getTime() + 3_723_000), notAfter: new Date(notBefore.getTime() + 5 * day + 45_296_789) };
      const { outcome } = await issue(asked);
      const certificate = parseCertificate(outcome.certificateDer);
      expect([certificate.notBefore, certificate.notAfter]).toEqual([asked.notBefore, new Date(Math.floor(asked.notAfter.getTime() / 1000) * 1000)]);
    },
  },
  {
    title: 'gives each certificate a serial number of its own, positive and at most 20 octets long',
    run: async (subject) => {
      const { issue } = await prepared(subject);
      const serials = new Set<bigint>();
      for (let count = 0; count < 20; count++) {
        const { serial } = parseCertificate((await issue()).outcome.certificateDer);
        expect(serial > 0n && serial < 1n << 159n).toBe(true);
        serials.add(serial);
      }
      expect(serials.size).toBe(20);
    },
  },
  {
    title: 'sets both key identifiers',
    run: async (subject) => {
      if (subject.decides?.keyIdentifiers === true) return;
      const { issue } = await prepared(subject);
      const { outcome } = await issue();
      const [issuerDer] = outcome.chainDer;
      const certificate = parseCertificate(outcome.certificateDer);
      expect(certificate.subjectKeyId).not.toBeNull();
      expect(certificate.authorityKeyId).toEqual(issuerDer === undefined ? null : parseCertificate(issuerDer).subjectKeyId);
    },
  },
  {
    title: 'refuses what it cannot do with an AppError or a reason',
    run: async (subject) => {
      const { tryIssue, authority } = await prepared(subject);
      const { notAfter } = parseCertificate(authority.certificateDer);
      const faults: Partial<IssuerCertificateRequest>[] = subject.readsCsrOnly === true ? [{ csrDer: Buffer.from('not a request') }] : [
        { notBefore: new Date('2030-01-02T00:00:00Z'), notAfter: new Date('2030-01-01T00:00:00Z') },
        { subjectPublicKeyDer: Buffer.from('not a key') },
        { subjectDer: Buffer.from('not a name') },
        ...(subject.decides?.dates === true ? [] : [{ notAfter: new Date(notAfter.getTime() + 2 * day) }]),
      ];
      for (const fault of faults) {
        const found = await tryIssue(fault).catch((error: unknown) => error);
        if (!(found instanceof AppError)) expect(found).toMatchObject({ status: 'rejected', reason: expect.any(String) });
        else expect(found.code).not.toBe('internal');
      }
    },
  },
  {
    title: 'works again after it was closed, as one made anew',
    run: async (subject) => {
      const { issue, issuer } = await prepared(subject);
      await issue();
      await issuer.close?.();
      await issuer.close?.();
      const again = await prepared(subject);
      expect((await again.issue()).outcome.status).toBe('issued');
    },
  },
];

/** The suite of issuer plugins. */
export function describeIssuer(subject: IssuerSubject): void {
  describeChecks(`plugin ${subject.plugin.slug}`, pluginChecks, subject);
  describeChecks(`issuer plugin ${subject.plugin.slug}`, issuerChecks, subject);
}

/** A request that any authority can fulfil: a month from the day after the authority's start. */
export function testRequest(authority: IssuerAuthority, changes: Partial<IssuerCertificateRequest> = {}, keyType = 'ECCPRIME256V1'): IssuerCertificateRequest {
  const { notBefore } = parseCertificate(authority.certificateDer);
  const extensions: ExtensionRequest = {
    keyUsage: ['digitalSignature', 'keyEncipherment'],
    extendedKeyUsage: ['1.3.6.1.5.5.7.3.1'],
    subjectAltNames: [
      { type: 'dns', value: 'www.example.test' },
      { type: 'dns', value: 'api.example.test' },
      { type: 'ip', value: '192.0.2.7' },
    ],
  };
  const subjectDer = encodeName(subjectFrom({ commonName: 'www.example.test', organization: 'Example', country: 'DE' }));
  return {
    authority,
    ...testCsr({ subjectDer: changes.subjectDer ?? subjectDer, extensions: changes.extensions ?? extensions, keyType }),
    subjectDer,
    extensions,
    notBefore: new Date(notBefore.getTime() + day),
    notAfter: new Date(notBefore.getTime() + 31 * day),
    hash: null,
    requester: { username: 'ada', email: 'ada@example.test', isAdmin: false, authorityRoles: [] },
    requestId: randomUUID(),
    ...changes,
  };
}

/** A new key and a request that it signed. */
export function testCsr({ subjectDer, extensions, keyType }: { subjectDer: Uint8Array; extensions: ExtensionRequest; keyType: string }) {
  const key = generateTestKey(keyType);
  const subjectPublicKeyDer = publicKeyOf(key);
  const algorithm = signatureAlgorithmFor(keyType, hashForKeyType(keyType));
  const { subjectKeyId: _subject, authorityKeyId: _authority, wantsAuthorityInfoAccess: _access, ...requested } = extensions;
  const info = encodeCsrInfo({ subjectDer, spki: subjectPublicKeyDer, extensionsDer: encodeCsrExtensions(requested) });
  return { csrDer: assembleCsr(info, algorithm, sign(algorithm.digest, info, key)), subjectPublicKeyDer };
}

type Issued = Extract<IssueOutcome, { status: 'issued' }>;

async function prepared(subject: IssuerSubject) {
  const context = subject.context?.() ?? testContext();
  const issuer = subject.plugin.create(parsePluginOptions(subject.plugin, subject.options), context);
  const authority = await subject.prepare(issuer, context);
  const tryIssue = async (changes: Partial<IssuerCertificateRequest> = {}) => issuer.createCertificate(testRequest(authority, changes));
  const issue = async (changes: Partial<IssuerCertificateRequest> = {}, keyType?: string) => {
    const request = testRequest(authority, changes, keyType);
    return { outcome: await settled(issuer, request, await issuer.createCertificate(request)), request };
  };
  return { issuer, authority, context, tryIssue, issue };
}

/** Polls what answered `pending`, a bounded number of times. */
async function settled(issuer: Issuer, { authority, csrDer }: IssuerCertificateRequest, first: IssueOutcome): Promise<Issued> {
  let outcome = first;
  for (let attempt = 0; attempt < 20 && outcome.status === 'pending' && issuer.poll !== undefined; attempt++) {
    outcome = await issuer.poll({ authority, externalId: outcome.externalId, csrDer });
  }
  if (outcome.status !== 'issued') throw new Error(`expected a certificate, got ${JSON.stringify(outcome)}`);
  return outcome;
}
