import { expect, it } from '@jest/globals';
import { ApiClient } from '@sifaka/api-client';
import { findDestination, findEndpoint } from './find.js';

const plugin = { slug: 'file-destination', title: 'Files', description: '', pluginOptions: [] };
const destination = (id: number, label: string) => ({ id, label, description: '', options: [], plugin });
const endpoint = (id: number, name: string, dnsname: string, port: number) => ({
  id,
  name,
  dnsname,
  port,
  dnsAliases: [],
  sourceId: null,
  destinationId: null,
  isManual: true,
  owner: null,
  type: 'manual',
  active: true,
  certificatePath: null,
  registryType: null,
  startTls: null,
  serverName: null,
  certificate: null,
  certificates: [],
  expectedCertificate: null,
  policy: null,
  issues: [],
  rotatesBy: null,
  lastCheckedAt: null,
  lastError: null,
  missingSince: null,
  dateCreated: '2026-11-22T00:00:00+00:00',
  lastUpdated: '2026-11-22T00:00:00+00:00',
});

/** Answers lists by the filter that they are asked with. */
const api = (lists: Readonly<Record<string, readonly object[]>>) =>
  new ApiClient({
    url: 'http://sifaka.test',
    fetch: (address) => {
      const filter = new URL(typeof address === 'string' ? address : 'http://sifaka.test').searchParams.get('filter') ?? '';
      const items = lists[filter] ?? [];
      return Promise.resolve(Response.json({ items, total: items.length }));
    },
  });

it('takes the destination of exactly this label, not one that only contains it', async () => {
  const client = api({ 'label;web': [destination(1, 'web-1'), destination(2, 'web')] });
  expect(await findDestination(client, 'web')).toMatchObject({ id: 2 });
});

it('names the ids when a label means several', async () => {
  const client = api({ 'label;web': [destination(1, 'web'), destination(2, 'web')] });
  await expect(findDestination(client, 'web')).rejects.toMatchObject({ code: 'invalid_argument', message: expect.stringContaining('1, 2: give an id') });
});

it('says that there is none', async () => {
  await expect(findDestination(api({}), 'web')).rejects.toMatchObject({ code: 'not_found' });
});

it.each([
  ['by name', 'edge', { 'name;edge': [endpoint(1, 'edge', 'a.example.test', 443)] }],
  ['by a name that looks like an address', 'a.example.test:443', { 'name;a.example.test:443': [endpoint(1, 'a.example.test:443', 'b.example.test', 8443)] }],
  ['by address', 'a.example.test:443', { 'dnsname;a.example.test': [endpoint(2, 'other', 'a.example.test', 8443), endpoint(1, 'edge', 'a.example.test', 443)] }],
  ['by an IPv6 address', '2001:db8::1:443', { 'dnsname;2001:db8::1': [endpoint(1, 'edge', '2001:db8::1', 443)] }],
])('finds an endpoint %s', async (_, text, lists) => {
  expect(await findEndpoint(api(lists), text)).toMatchObject({ id: 1 });
});
