import { createPublicKey } from 'node:crypto';
import { AppError } from '@sifaka/kernel';
import { encodeName, parseSshCertificate, subjectFrom, type SshCertificate } from '@sifaka/pki';
import { parsePluginOptions, type Issuer, type IssuerAuthority, type IssuerAuthorityRequest, type IssuerCertificateRequest, type Requester, type SshTerms } from '@sifaka/plugin-sdk';
import { generateTestKey, testContext } from '@sifaka/plugin-sdk/conformance';
import plugin from '../src/index.js';

export const now = new Date('2026-11-21T10:00:00Z');
export const later = (hours: number): Date => new Date(now.getTime() + hours * 3_600_000);

export const rivera: Requester = { username: 'rivera', email: 'rivera@corp.test', isAdmin: false, authorityRoles: ['web-admins'] };
export const admin: Requester = { ...rivera, username: 'root', isAdmin: true };

export function anSshIssuer(options: Record<string, unknown> = {}) {
  const context = testContext({ now });
  const given = Object.entries(options).map(([name, value]) => ({ name, value }));
  return { context, issuer: plugin.create(parsePluginOptions(plugin, given), context) };
}

export const authorityRequest = (parts: Partial<IssuerAuthorityRequest> = {}): IssuerAuthorityRequest => ({
  name: 'Corp SSH',
  parent: null,
  keyType: 'ED25519',
  subjectDer: encodeName(subjectFrom({ commonName: 'corp.test' })),
  extensions: {},
  notBefore: later(-24),
  notAfter: later(24 * 3_650),
  hash: null,
  options: {},
  requestId: 'authority',
  ...parts,
});

export async function anSshAuthority(issuer: Issuer, keyType = 'ED25519'): Promise<IssuerAuthority> {
  const outcome = await issuer.createAuthority?.(authorityRequest({ keyType }));
  if (outcome === undefined) throw new Error('the issuer makes no authorities');
  const { certificateDer, chainDer, keyId } = outcome;
  return { id: 1, name: 'Corp SSH', version: '1', certificateDer, chainDer, keyId, keyType, options: {}, owner: 'pki@corp.test', validity: { notBefore: later(-24), notAfter: later(24 * 3_650) } };
}

const key = generateTestKey('ED25519');
export const spkiOf = (keyType: string): Buffer => createPublicKey(keyType === 'ED25519' ? key : generateTestKey(keyType)).export({ type: 'spki', format: 'der' });

export interface Asked {
  ssh?: Partial<SshTerms>;
  requester?: Requester | null;
  keyType?: string;
  notBefore?: Date;
  notAfter?: Date;
}

export function sshRequest(authority: IssuerAuthority, { ssh = {}, requester = rivera, keyType = 'ED25519', notBefore = now, notAfter = later(24 * 365) }: Asked = {}): IssuerCertificateRequest {
  return {
    authority,
    csrDer: Buffer.alloc(0),
    subjectPublicKeyDer: spkiOf(keyType),
    subjectDer: encodeName(subjectFrom({ commonName: 'rivera' })),
    extensions: {},
    notBefore,
    notAfter,
    hash: null,
    requester,
    requestId: 'request',
    ssh: { kind: 'user', principals: [], keyId: null, name: null, owner: 'payments@corp.test', criticalOptions: {}, extensions: null, isValidityAsked: false, ...ssh },
  };
}

/** The certificate that the issuer answers with. */
export async function issued(issuer: Issuer, authority: IssuerAuthority, asked: Asked = {}): Promise<SshCertificate> {
  const outcome = await issuer.createCertificate(sshRequest(authority, asked));
  if (outcome.status !== 'issued') throw new Error(`answered ${outcome.status}`);
  return parseSshCertificate(outcome.certificateDer);
}

export async function refusal(issuer: Issuer, authority: IssuerAuthority, asked: Asked = {}): Promise<AppError> {
  const fault: unknown = await issued(issuer, authority, asked).catch((error: unknown) => error);
  if (fault instanceof AppError) return fault;
  throw new Error('it was not refused', { cause: fault });
}
