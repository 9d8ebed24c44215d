import { expect, it } from '@jest/globals';
import { DnsProviderCreateInput, DnsProviderUpdateInput, type PluginOption } from '@sifaka/contracts';
import { changeOf, emptyForm, fieldOf, fieldOfTest, requestOf, valuesOf } from './dns-provider-request.js';

const options: PluginOption[] = [
  { name: 'url', type: 'str', required: true },
  { name: 'api_key', type: 'str', required: true, sensitive: true },
  { name: 'server_id', type: 'str', default: 'localhost' },
];
const form = { ...emptyForm, name: 'pdns', type: 'powerdns', nameservers: ['192.0.2.53'] };

it('makes a request that the API takes', () => {
  const request = requestOf(form, options, { url: 'http://192.0.2.1:8081', api_key: 'k' });
  expect(DnsProviderCreateInput.safeParse(request).error).toBeUndefined();
  expect(request.providerType.requirements).toContainEqual({ name: 'server_id', value: 'localhost' });
});

it('keeps a secret that was not typed again and replaces one that was', () => {
  const kept = changeOf(form, options, { url: 'http://192.0.2.1:8081' });
  expect(DnsProviderUpdateInput.safeParse(kept).error).toBeUndefined();
  expect(kept.providerType?.requirements).toContainEqual({ name: 'api_key', value: null });
  expect(changeOf(form, options, { api_key: 'new' }).providerType?.requirements).toContainEqual({ name: 'api_key', value: 'new' });
});

it('shows no value where a secret is', () => {
  expect(valuesOf({ options: [{ name: 'url', value: 'http://192.0.2.1' }, { name: 'api_key', value: null }] })).toEqual({ url: 'http://192.0.2.1' });
});

it('finds the input of a refused path', () => {
  expect(fieldOf('providerType.name')).toBe('type');
  expect(fieldOf('providerType.requirements.url')).toBeNull();
  expect(fieldOf('nameservers.0')).toBe('nameservers');
  expect(fieldOfTest('name')).toBe('probe');
});
