import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAuthority, issueCertificate, uploadCertificate, type AuthorityRecord, type CertificateRecord, type RequestOf } from '@sifaka/contracts';
// The one place where an app knows another: what is tested here is the two of them together, and nothing of it ships.
// eslint-disable-next-line @nx/enforce-module-boundaries -- the two are tested together
import { keyvaultService } from '@sifaka/keyvault-svc';
import type { Clock } from '@sifaka/kernel';
import { aPrincipal, testPlatform, type TestPlatform } from '@sifaka/testing';
import { issuerService } from '../issuer.service.js';

export const admin = aPrincipal({ admin: true });

/** Issuer and key vault as the product runs them. */
export function anIssuer(env: Record<string, string> = {}, service = issuerService, clock?: Clock): Promise<TestPlatform> {
  return testPlatform({ services: [keyvaultService, service], ...(clock && { clock }), env: { SIFAKA_MASTER_KEYS: randomBytes(32).toString('base64'), issuer: env } });
}

type AuthorityAsked = RequestOf<typeof createAuthority>;

let counter = 0;
/** Names never meet, whatever order tests run in. */
const unique = (word: string): string => `${word} ${(counter += 1)}`;

export function anAuthorityRequest(parts: Partial<AuthorityAsked> = {}): AuthorityAsked {
  const name = parts.name ?? unique('Test CA');
  return {
    name,
    owner: 'pki@corp.test',
    description: null,
    commonName: name,
    plugin: { slug: 'cryptography-issuer' },
    type: 'root',
    parent: null,
    signingAlgorithm: 'sha256WithRSA',
    keyType: 'ECCPRIME256V1',
    extensions: {},
    validityYears: 10,
    roleIds: [],
    ownerRoleId: 10,
    adminRoleId: 11,
    operatorRoleId: 12,
    ...parts,
  };
}

export function anAuthority(platform: TestPlatform, parts: Partial<AuthorityAsked> = {}): Promise<AuthorityRecord> {
  return platform.call('gateway', createAuthority, anAuthorityRequest(parts), { principal: admin });
}

export function aSubCa(platform: TestPlatform, parent: AuthorityRecord, parts: Partial<AuthorityAsked> = {}): Promise<AuthorityRecord> {
  return anAuthority(platform, { type: 'subca', parent: { id: parent.id }, validityYears: 5, ...parts });
}

type Asked = RequestOf<typeof issueCertificate>;

export function aRequest(authority: { id: number }, parts: Partial<Asked> = {}): Asked {
  return {
    owner: 'payments@corp.test',
    ownerRoleId: 20,
    roleIds: [],
    name: null,
    description: '',
    authority: { id: authority.id },
    commonName: 'shop.corp.test',
    keyType: null,
    csr: null,
    signingAlgorithm: null,
    extensions: {},
    notify: true,
    rotation: false,
    rotationPolicy: { name: 'default' },
    replaces: [],
    requestKey: null,
    validityYears: 1,
    ...parts,
  };
}

export async function issue(platform: TestPlatform, authority: { id: number }, parts: Partial<Asked> = {}, principal = admin): Promise<CertificateRecord> {
  const answer = await platform.call('gateway', issueCertificate, aRequest(authority, parts), { principal });
  if ('certificate' in answer) return answer.certificate;
  throw new Error(`certificate ${answer.pending.name} is pending`);
}

type UploadAsked = RequestOf<typeof uploadCertificate>;

export function upload(platform: TestPlatform, parts: Partial<UploadAsked> & { body: string }, principal = admin): Promise<CertificateRecord> {
  const request: UploadAsked = {
    owner: 'payments@corp.test',
    ownerRoleId: 20,
    roleIds: [],
    name: null,
    description: '',
    chain: null,
    privateKey: null,
    csr: null,
    authority: null,
    externalId: null,
    notify: true,
    replaces: [],
    ...parts,
  };
  return platform.call('gateway', uploadCertificate, request, { principal });
}

export const dns = (...values: string[]) => ({ subAltNames: { names: values.map((value) => ({ nameType: 'DNSName', value })) } });

/** Runs OpenSSL in a folder of its own, with these files in it. */
export function openssl(args: string[], files: Record<string, string | Buffer> = {}): string {
  const folder = mkdtempSync(join(tmpdir(), 'sifaka-issuer-'));
  try {
    for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
    return execFileSync('openssl', args, { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What `openssl verify` says of a certificate under the last certificate of its chain. */
export function verified({ body, chain }: { body: string; chain: string | null }, purpose = 'sslserver'): string {
  const certificates = (chain ?? body).split(/(?<=-----END CERTIFICATE-----)\n/);
  const files = { 'leaf.pem': body, 'root.pem': certificates.at(-1) ?? '', 'chain.pem': certificates.join('\n') };
  return openssl(['verify', '-x509_strict', '-purpose', purpose, '-CAfile', 'root.pem', '-untrusted', 'chain.pem', 'leaf.pem'], files).trim();
}
