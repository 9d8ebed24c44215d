import type { AnswerOf, ApiClient } from '@sifaka/api-client';
import {
  getAuthorityOperation,
  getCertificateByNameOperation,
  getCertificateOperation,
  getDnsProviderOperation,
  getPendingCertificateOperation,
  listAuthoritiesOperation,
  listDnsProvidersOperation,
  listPendingCertificatesOperation,
  type AuthorityView,
  type CertificateView,
  type PendingCertificateView,
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

/** The pending certificate of an id, or of exactly this name: one that waits, otherwise one that failed. */
export async function findPending(api: ApiClient, text: string): Promise<PendingCertificateView> {
  if (isId(text)) return await api.call(getPendingCertificateOperation, { params: { id: text } });
  for (const state of ['waiting', 'failed'] as const) {
    const { items } = await api.call(listPendingCertificatesOperation, { query: { filter: `name;${text}`, state, count: 1_000 } });
    const pending = items.find(({ name }) => name === text);
    if (pending !== undefined) return pending;
  }
  throw new AppError('not_found', `there is no pending certificate with the name "${text}"`);
}

/** The DNS provider of an id, or of exactly this name. */
export async function findDnsProvider(api: ApiClient, text: string): Promise<AnswerOf<typeof listDnsProvidersOperation>['items'][number]> {
  if (isId(text)) return await api.call(getDnsProviderOperation, { params: { id: text } });
  const { items } = await api.call(listDnsProvidersOperation, { query: { name: text, count: 1 } });
  const [provider] = items;
  if (provider === undefined) throw new AppError('not_found', `there is no DNS provider with the name "${text}"`);
  return provider;
}
