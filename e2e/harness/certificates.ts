import { randomUUID } from 'node:crypto';
import { expectOk, type Client, type Json } from './client.js';

export interface AuthorityInput {
  name?: string;
  commonName?: string;
  parent?: { id: number } | { name: string };
  keyType?: string;
  validityYears?: number | null;
  [field: string]: unknown;
}

export interface CertificateInput {
  authority: { id: number };
  commonName?: string;
  keyType?: string;
  [field: string]: unknown;
}

const oneYearMs = 365 * 86_400_000;

/** Creates a root, or with a parent a sub-CA, of the built-in issuer; returns the authority as the API shows it. */
export async function createAuthority(client: Client, input: AuthorityInput = {}): Promise<Json> {
  const name = input.name ?? `CA ${randomUUID()}`;
  const body = {
    name,
    owner: 'pki@corp.test',
    description: 'made by a test',
    commonName: name,
    type: input.parent === undefined ? 'root' : 'subca',
    keyType: 'ECCPRIME256V1',
    signingAlgorithm: 'sha256WithECDSA',
    validityYears: input.parent === undefined ? 10 : 5,
    serialNumber: 1,
    plugin: { slug: 'cryptography-issuer' },
    ...input,
  };
  return expectOk(await client.post('/authorities', body));
}

/** Creates a certificate whose key the platform makes; a P-256 server certificate for one year unless told otherwise. */
export async function createCertificate(client: Client, input: CertificateInput): Promise<Json> {
  return expectOk(await client.post('/certificates', certificateBody(input)));
}

/** Body of a request for a certificate, for load and for what must be refused. */
export function certificateBody(input: CertificateInput): Record<string, unknown> {
  const commonName = input.commonName ?? `${randomUUID()}.corp.test`;
  const now = Date.now();
  return {
    owner: 'team@corp.test',
    description: 'made by a test',
    commonName,
    keyType: 'ECCPRIME256V1',
    validityStart: new Date(now).toISOString(),
    validityEnd: new Date(now + oneYearMs).toISOString(),
    extensions: { subAltNames: { names: [{ nameType: 'DNSName', value: commonName }] } },
    ...input,
  };
}

/** A root and an issuing CA below it. */
export async function createTwoTierPki(client: Client): Promise<{ root: Json; issuing: Json }> {
  const root = await createAuthority(client);
  const issuing = await createAuthority(client, { parent: { id: root.id } });
  return { root, issuing };
}
