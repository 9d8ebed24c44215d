import { encodeName, subjectFrom, type ExtensionRequest } from '@sifaka/pki';
import type { Issuer, IssuerAuthority, IssuerAuthorityRequest } from '@sifaka/plugin-sdk';

export const start = new Date('2026-11-21T10:00:00Z');
export const years = (count: number): Date => new Date(Date.UTC(2026 + count, 10, 21, 10));

interface Wanted {
  name: string;
  parent?: IssuerAuthority;
  keyType?: string;
  extensions?: ExtensionRequest;
  notBefore?: Date;
  notAfter?: Date;
  hash?: 'sha256' | 'sha384' | 'sha512';
}

let lastId = 0;

export const authorityRequest = ({ name, parent, keyType = 'ECCPRIME256V1', extensions = {}, notBefore = start, notAfter = years(10), hash }: Wanted): IssuerAuthorityRequest => ({
  name,
  parent: parent ?? null,
  keyType,
  subjectDer: encodeName(subjectFrom({ commonName: name, organization: 'Example' })),
  extensions,
  notBefore,
  notAfter,
  hash: hash ?? null,
  options: {},
  requestId: `authority ${name}`,
});

/** Creates an authority and stores it, as the host would. */
export async function anAuthority(issuer: Issuer, wanted: Wanted): Promise<IssuerAuthority> {
  const request = authorityRequest(wanted);
  const outcome = await issuer.createAuthority?.(request);
  if (outcome === undefined) throw new Error('the issuer creates no authorities');
  const { certificateDer, chainDer, keyId } = outcome;
  lastId += 1;
  return { id: lastId, name: wanted.name, version: '1', certificateDer, chainDer, keyId, keyType: request.keyType, options: {} };
}
