import {
  createAuthority,
  createCertificate,
  expectOk,
  openssl,
  withFiles,
  type Client,
  type Json,
  type RunResult,
} from '../harness/index.js';

/** Key of an authority, with the signing algorithm that a client asks for with it. */
export const authorityKeys = {
  'P-256': { keyType: 'ECCPRIME256V1', signingAlgorithm: 'sha256WithECDSA' },
  'P-384': { keyType: 'ECCSECP384R1', signingAlgorithm: 'SHA384withECDSA' },
  'RSA 2048': { keyType: 'RSA2048', signingAlgorithm: 'sha256WithRSA' },
  Ed25519: { keyType: 'ED25519', signingAlgorithm: 'sha256WithECDSA' },
} as const;

export type KeyName = keyof typeof authorityKeys;

/** Authorities one below the other, the root first. */
export async function createLadder(client: Client, depth: number, key: KeyName = 'P-256'): Promise<Json[]> {
  const ladder: Json[] = [];
  for (let level = 0; level < depth; level += 1) {
    const parent = ladder.at(-1);
    ladder.push(await createAuthority(client, { ...authorityKeys[key], ...(parent && { parent: { id: parent.id } }) }));
  }
  return ladder;
}

export const bodyOf = (authority: Json): string => authority.authorityCertificate.body;

/** A certificate with its key, as whoever serves it gets them. */
export async function issueWithKey(
  client: Client,
  authority: Json,
  input: Record<string, unknown> = {},
): Promise<{ certificate: Json; key: string }> {
  const certificate = await createCertificate(client, { authority: { id: authority.id }, ...input });
  const { key } = expectOk(await client.get(`/certificates/${certificate.id}/key`));
  return { certificate, key };
}

/** `openssl verify -x509_strict` with the root alone trusted; further options before the certificate. */
export function verifyStrictly(
  root: string,
  { body, chain }: { body: string; chain?: string | null },
  options: readonly string[] = [],
): Promise<RunResult> {
  return withFiles({ root, chain: chain ?? '', leaf: body }, ({ root: ca, chain: untrusted, leaf }) =>
    openssl(['verify', '-x509_strict', '-CAfile', ca, '-no-CApath', ...(chain ? ['-untrusted', untrusted] : []), ...options, leaf]),
  );
}

/** The certificate as OpenSSL prints it. */
export async function printed(pem: string): Promise<string> {
  return (await openssl(['x509', '-noout', '-text', '-nameopt', 'RFC2253'], pem)).stdout;
}

/** Public key, as OpenSSL reads it from certificate, request or key. */
export async function publicKeyOf(kind: 'x509' | 'req' | 'pkey', pem: string): Promise<string> {
  const args = { x509: ['x509', '-noout', '-pubkey'], req: ['req', '-noout', '-pubkey'], pkey: ['pkey', '-pubout'] }[kind];
  return (await openssl(args, pem)).stdout;
}
