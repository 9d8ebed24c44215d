import { generateKeyPairSync, randomBytes, sign, type KeyObject } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { openAcmeAccount, type OutputOf, type RequestOf } from '@sifaka/contracts';
// eslint-disable-next-line @nx/enforce-module-boundaries -- the two are tested together
import { keyvaultService } from '@sifaka/keyvault-svc';
import type { Pebble } from '@sifaka/peers';
import { assembleCsr, encodeCsrExtensions, encodeCsrInfo, encodeName, publicKeyOf, signatureAlgorithmFor } from '@sifaka/pki';
import { aPrincipal, testPlatform, type TestPlatform } from '@sifaka/testing';
import { acmeService } from '../acme.service.js';
import { AcmeConnections, type AcmeConnection, type CertificateChains } from '../protocol/acme-connection.js';

export const admin = aPrincipal({ admin: true });

/** acme-svc and the key vault as the product runs them, with loopback open for CAs. */
export function anAcme(env: Record<string, string> = {}): Promise<TestPlatform> {
  return testPlatform({
    services: [keyvaultService, acmeService],
    env: { SIFAKA_MASTER_KEYS: randomBytes(32).toString('base64'), acme: { SIFAKA_OUTBOUND_ALLOWED_HOSTS: '127.0.0.0/8,localhost', ...env } },
  });
}

type OpenRequest = RequestOf<typeof openAcmeAccount>;

export function anOpening(ca: Pick<Pebble, 'directoryUrl' | 'caPem'>, parts: Partial<OpenRequest> = {}): OpenRequest {
  return { authority: 'Test CA', directoryUrl: ca.directoryUrl, email: 'pki@example.com', caPem: ca.caPem, isVerified: true, eab: null, existing: null, ...parts };
}

export function open(platform: TestPlatform, ca: Pick<Pebble, 'directoryUrl' | 'caPem'>, parts: Partial<OpenRequest> = {}): Promise<OutputOf<typeof openAcmeAccount>> {
  return platform.call('issuer', openAcmeAccount, anOpening(ca, parts));
}

export const connectionOf = (platform: TestPlatform, authority = 'Test CA'): Promise<AcmeConnection> => platform.service('acme').app.get(AcmeConnections).of(authority);

/** A key and a request of it for the names. */
export function aCsr(names: readonly string[]): { key: KeyObject; csrDer: Buffer } {
  const key = generateKeyPairSync('ec', { namedCurve: 'prime256v1' }).privateKey;
  const algorithm = signatureAlgorithmFor('ECCPRIME256V1', 'sha256');
  const extensionsDer = encodeCsrExtensions({ subjectAltNames: names.map((value) => ({ type: 'dns', value })) });
  const info = encodeCsrInfo({ subjectDer: encodeName([]), spki: publicKeyOf(key), extensionsDer });
  return { key, csrDer: assembleCsr(info, algorithm, sign('sha256', info, key)) };
}

/** A certificate from a CA that takes every challenge for answered. */
export async function obtain(connection: AcmeConnection, names: readonly string[], csrDer = aCsr(names).csrDer): Promise<CertificateChains> {
  const order = await connection.newOrder({ identifiers: names.map((value) => ({ type: 'dns', value })) });
  for (const url of order.body.authorizations) {
    const { body } = await connection.authorization(url);
    const challenge = body.challenges.find(({ type }) => type === 'dns-01');
    if (body.status === 'pending' && challenge !== undefined) await connection.answerChallenge(challenge.url);
  }
  await settled(connection, order.url, 'ready');
  await connection.finalize(order.body.finalize, csrDer);
  const done = await settled(connection, order.url, 'valid');
  return connection.certificate(done.certificate ?? '');
}

async function settled(connection: AcmeConnection, url: string, wanted: 'ready' | 'valid') {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const { body } = await connection.order(url);
    if (body.status === wanted) return body;
    if (body.status === 'invalid') throw new Error(`order ${url} is invalid: ${JSON.stringify(body.error)}`);
    await delay(50);
  }
  throw new Error(`order ${url} is not ${wanted}`);
}
