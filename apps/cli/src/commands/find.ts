import type { ApiClient } from '@sifaka/api-client';
import {
  getAuthorityOperation,
  getCertificateByNameOperation,
  getCertificateOperation,
  listAuthoritiesOperation,
  type AuthorityView,
  type CertificateView,
} from '@sifaka/contracts';
import { AppError } from '@sifaka/kernel';
import { isId } from '../command.js';

/** The certificate of an id, or of exactly this name. */
export async function findCertificate(api: ApiClient, text: string): Promise<CertificateView> {
  if (isId(text)) return await api.call(getCertificateOperation, { params: { id: text } });
  const { items } = await api.call(getCertificateByNameOperation, { params: { name: text } });
  const [certificate] = items;
  if (certificate === undefined) throw new AppError('not_found', `there is no certificate with the name "${text}"`);
  return certificate;
}

/** The authority of an id, or of exactly this name, among those that the caller sees. */
export async function findAuthority(api: ApiClient, text: string): Promise<AuthorityView> {
  if (isId(text)) return await api.call(getAuthorityOperation, { params: { id: text } });
  const { items } = await api.call(listAuthoritiesOperation, { query: { filter: `name;${text}`, count: 1_000 } });
  const authority = items.find(({ name }) => name === text);
  if (authority === undefined) throw new AppError('not_found', `there is no authority with the name "${text}" that you may see`);
  return authority;
}
