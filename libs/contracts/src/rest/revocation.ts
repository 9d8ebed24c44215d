import { z } from 'zod';
import { CrlPlaceRecord, PublicationRecord, RevocationCheckRecord } from '../rpc/revocation.js';
import { idParam, refs } from './field.js';
import { operation } from './operation.js';

const byId = z.object({ id: idParam() });

/** How an authority tells the world what it revoked. */
export const PublicationView = PublicationRecord.extend({ destinations: z.array(CrlPlaceRecord) });
export type PublicationView = z.output<typeof PublicationView>;

const authority = { tag: 'authorities', params: byId, errors: [404] } as const;
export const getRevocationPublicationOperation = operation('getRevocationPublication', 'GET', '/authorities/{id}/revocation', {
  ...authority,
  summary: 'CRLs, OCSP responder and addresses of an authority',
  access: 'authenticated',
  response: PublicationView,
});
export const publishCrlOperation = operation('publishCrl', 'POST', '/authorities/{id}/crl', {
  ...authority,
  summary: 'Make and publish a new CRL now; needs a role of the authority',
  access: 'authenticated',
  body: z.object({}),
  response: PublicationView,
  errors: [404, 412],
});
export const setCrlDestinationsOperation = operation('setCrlDestinations', 'PUT', '/authorities/{id}/crl/destinations', {
  ...authority,
  summary: 'The destinations that get the CRLs of an authority, besides being served here',
  access: 'admin',
  body: z.object({ destinations: refs(['label', 'name']) }),
  response: PublicationView,
  errors: [404, 412],
});

const certificate = { tag: 'certificates', params: byId, errors: [404] } as const;
export const getRevocationCheckOperation = operation('getRevocationCheck', 'GET', '/certificates/{id}/revocation', {
  ...certificate,
  summary: 'What the CA last said about a certificate; null when it was never asked',
  access: 'authenticated',
  response: z.object({ check: RevocationCheckRecord.nullable() }),
});
export const checkRevocationOperation = operation('checkRevocation', 'POST', '/certificates/{id}/revocation', {
  ...certificate,
  summary: 'Ask OCSP responders and CRLs of a certificate now; the status follows',
  access: 'writer',
  body: z.object({}),
  response: RevocationCheckRecord,
});

export const revocationOperations = [
  getRevocationPublicationOperation,
  publishCrlOperation,
  setCrlDestinationsOperation,
  getRevocationCheckOperation,
  checkRevocationOperation,
] as const;
