import type { NotifiedCertificate } from '@sifaka/plugin-sdk';
import { z } from 'zod';

const Names = z.array(z.string());

const StoredCertificate = z.object({
  id: z.int(),
  name: z.string(),
  commonName: z.string().nullable(),
  names: Names,
  owner: z.string(),
  issuer: z.string(),
  serialHex: z.string(),
  description: z.string().nullable(),
  notBefore: z.coerce.date(),
  notAfter: z.coerce.date(),
  endpointCount: z.int(),
  replaces: Names,
  replacedBy: Names,
  url: z.string().nullable(),
});

/** Certificates of a message as they were stored with it. */
export const storedCertificates = (json: unknown): NotifiedCertificate[] => z.array(StoredCertificate).parse(json);
