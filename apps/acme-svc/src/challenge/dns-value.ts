import { hash } from 'node:crypto';

/** Content of the TXT record (RFC 8555 section 8.4). */
export function dnsValue(keyAuthorization: string): string {
  return hash('sha256', keyAuthorization, 'base64url');
}

/** Where HTTP-01 tokens are asked for (RFC 8555 section 8.3). */
export function tokenPath(token: string): string {
  return `.well-known/acme-challenge/${token}`;
}
