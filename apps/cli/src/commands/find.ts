import type { AnswerOf, ApiClient } from '@sifaka/api-client';
import {
  getAuthorityOperation,
  getCertificateByNameOperation,
  getCertificateOperation,
  getDestinationOperation,
  getDnsProviderOperation,
  getEndpointOperation,
  getNotificationOperation,
  getPendingCertificateOperation,
  getSourceOperation,
  listAuthoritiesOperation,
  listDestinationsOperation,
  listDnsProvidersOperation,
  listEndpointsOperation,
  listNotificationsOperation,
  listPendingCertificatesOperation,
  listSourcesOperation,
  type AuthorityView,
  type CertificateView,
  type DestinationView,
  type EndpointView,
  type NotificationView,
  type PendingCertificateView,
  type SourceView,
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

/** The destination of an id, or the only one of exactly this label. */
export async function findDestination(api: ApiClient, text: string): Promise<DestinationView> {
  if (isId(text)) return await api.call(getDestinationOperation, { params: { id: text } });
  const { items } = await api.call(listDestinationsOperation, { query: { filter: `label;${text}`, count: 1_000 } });
  return onlyOne(items.filter(({ label }) => label === text), 'destination', text);
}

/** The source of an id, or of exactly this label. */
export async function findSource(api: ApiClient, text: string): Promise<SourceView> {
  if (isId(text)) return await api.call(getSourceOperation, { params: { id: text } });
  const { items } = await api.call(listSourcesOperation, { query: { filter: `label;${text}`, count: 1_000 } });
  return onlyOne(items.filter(({ label }) => label === text), 'source', text);
}

/** The notification of an id, or of exactly this label. */
export async function findNotification(api: ApiClient, text: string): Promise<NotificationView> {
  if (isId(text)) return await api.call(getNotificationOperation, { params: { id: text } });
  const { items } = await api.call(listNotificationsOperation, { query: { filter: `label;${text}`, count: 1_000 } });
  return onlyOne(items.filter(({ label }) => label === text), 'notification', text);
}

/** The endpoint of an id, of exactly this name, or of this address (`www.example.test:443`). */
export async function findEndpoint(api: ApiClient, text: string): Promise<EndpointView> {
  if (isId(text)) return await api.call(getEndpointOperation, { params: { id: text } });
  const [, host = '', port = ''] = /^(.+):(\d{1,5})$/.exec(text) ?? [];
  const named = await api.call(listEndpointsOperation, { query: { filter: `name;${text}`, count: 1_000 } });
  const found = named.items.filter(({ name }) => name === text);
  if (found.length > 0 || host === '') return onlyOne(found, 'endpoint', text);
  const { items } = await api.call(listEndpointsOperation, { query: { filter: `dnsname;${host}`, count: 1_000 } });
  return onlyOne(items.filter((each) => each.dnsname === host && each.port === Number(port)), 'endpoint', text);
}

/** Labels of destinations and names of endpoints need not be unique. */
function onlyOne<T extends { id: number }>(found: readonly T[], kind: string, text: string): T {
  const [first] = found;
  if (first === undefined) throw new AppError('not_found', `there is no ${kind} "${text}"`);
  if (found.length > 1) throw new AppError('invalid_argument', `${found.length} ${kind}s are called "${text}", those with the ids ${found.map(({ id }) => id).join(', ')}: give an id`);
  return first;
}
