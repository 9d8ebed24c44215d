import { expect, it } from '@jest/globals';
import { DnsProviderCreateInput, DnsProviderUpdateInput, type PluginOption } from '@sifaka/contracts';
import { pluginInput, valuesOf } from '../ui/plugin-input.js';
import { emptyForm, fieldOf, fieldOfTest, requestOf } from './dns-provider-request.js';

const options: PluginOption[] = [
  { name: 'url', type: 'str', required: true },
  { name: 'api_key', type: 'str', required: true, sensitive: true },
  { name: 'server_id', type: 'str', default: 'localhost' },
];
const form = { ...emptyForm, name: 'pdns', type: 'powerdns', nameservers: ['192.0.2.53'] };

it('makes a request that the API takes', () => {
  const request = requestOf(form, pluginInput('powerdns', options, { url: 'http://192.0.2.1:8081', api_key: 'k' }).pluginOptions);
  expect(DnsProviderCreateInput.safeParse(request).error).toBeUndefined();
  expect(request.providerType.requirements).toContainEqual({ name: 'server_id', value: 'localhost' });
});

it('keeps a secret that was not typed again and replaces one that was', () => {
  const kept = valuesOf([{ name: 'url', value: 'http://192.0.2.1:8081' }, { name: 'api_key', value: null }]);
  const change = requestOf(form, pluginInput('powerdns', options, kept, { kept }).pluginOptions);
  expect(DnsProviderUpdateInput.safeParse(change).error).toBeUndefined();
  expect(change.providerType.requirements).toContainEqual({ name: 'api_key', value: null });
  expect(pluginInput('powerdns', options, { ...kept, api_key: 'new' }, { kept }).pluginOptions).toContainEqual({ name: 'api_key', value: 'new' });
});

it('finds the input of a refused path', () => {
  expect(fieldOf('providerType.name')).toBe('type');
  expect(fieldOf('providerType.requirements.url')).toBeNull();
  expect(fieldOf('nameservers.0')).toBe('nameservers');
  expect(fieldOfTest('name')).toBe('probe');
});
