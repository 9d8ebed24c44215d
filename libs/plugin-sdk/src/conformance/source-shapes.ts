import { expect } from '@jest/globals';
import { z } from 'zod';
import { startTlsProtocols } from '../kinds/destination.js';
import type { Finding } from '../kinds/source.js';
import { withText } from './source-scan.js';

/** A cursor is kept in a row of the host's. */
const maxCursorLength = 8_192;

const bytes = z.instanceof(Uint8Array);
const words = z.string().min(1);
const scope = words.max(256).optional();
const called = { name: words.max(10_000).nullable(), externalId: words.max(2_048).nullable() };

const Certificate = z.strictObject({
  ...called,
  certificateDer: bytes.refine((der) => der.length > 0),
  chainDer: z.array(bytes).max(20),
  owner: words.max(256).nullable(),
  description: words.max(1_024).nullable(),
  scope,
});

const Presented = z
  .strictObject({ ...called, certificateDer: bytes.nullable(), chainDer: z.array(bytes).max(20), isDefault: z.boolean() })
  .refine(({ certificateDer, chainDer }) => certificateDer !== null || chainDer.length === 0, { error: 'a chain stands beside its certificate' })
  .refine(({ name, externalId, certificateDer }) => name !== null || externalId !== null || certificateDer !== null, { error: 'says in no way which certificate it is' });

const Endpoint = z.strictObject({
  name: words,
  dnsName: words.max(255),
  port: z.int().min(1).max(65_535),
  type: words.max(64),
  externalId: words.max(2_048).nullable(),
  aliases: z.array(words),
  certificates: z.array(Presented),
  policy: z.strictObject({ name: words, ciphers: z.array(words) }).nullable(),
  registryType: words.nullable(),
  certificatePath: words.nullable(),
  store: words.nullable(),
  serverName: words.nullable(),
  startTls: z.enum(startTlsProtocols).nullable(),
  scope,
});

const Fault = z.strictObject({ what: words, reason: words, hides: z.union([z.enum(['nothing', 'everything']), z.strictObject({ scope: words }), z.strictObject({ silentScopes: z.array(words.max(256)).min(1).max(1_000) })]) });

const Shape = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('certificate'), certificate: Certificate }),
  z.strictObject({ kind: z.literal('endpoint'), endpoint: Endpoint }),
  z.strictObject({ kind: z.literal('fault'), fault: Fault }),
  z.strictObject({ kind: z.literal('checkpoint'), cursor: words.max(maxCursorLength) }),
]);

/** A finding has the form that it says, within the limits of the inventory, and holds neither a key nor one of the secrets. */
export function expectShape(finding: Finding, secrets: readonly string[]): void {
  expect(Shape.safeParse(finding).error?.issues ?? []).toEqual([]);
  const text = JSON.stringify(withText(finding, (der) => Buffer.from(der).toString('latin1')));
  expect(text).not.toMatch(/PRIVATE KEY/);
  for (const secret of secrets) expect(text).not.toContain(secret);
}
