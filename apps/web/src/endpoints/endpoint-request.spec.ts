import { expect, it } from '@jest/globals';
import { EndpointInput } from '@sifaka/contracts';
import { emptyForm, fieldOf, requestOf, startTlsChoices } from './endpoint-request.js';

it('calls an endpoint by its address unless a name was given', () => {
  expect(requestOf({ ...emptyForm, dnsname: ' shop.corp.test ' })).toMatchObject({ name: 'shop.corp.test', dnsname: 'shop.corp.test', port: 443 });
  expect(requestOf({ ...emptyForm, name: 'shop', dnsname: 'shop.corp.test', port: '8443' })).toMatchObject({ name: 'shop', port: 8443 });
});

it('makes a request that the API takes, whatever begins the connection', () => {
  for (const { value } of startTlsChoices)
    expect(EndpointInput.parse(requestOf({ ...emptyForm, dnsname: 'mail.corp.test', startTls: value, certificate: '4', destination: '5' }))).toMatchObject({
      startTls: value === '' ? null : value,
      certificate: { id: 4 },
      destination: { id: 5 },
    });
});

it('keeps the type of one that exists', () => {
  expect(requestOf({ ...emptyForm, dnsname: 'x.test' }, { type: 'elbv2' })).toMatchObject({ type: 'elbv2' });
  expect(requestOf({ ...emptyForm, dnsname: 'x.test' })).not.toHaveProperty('type');
});

it('finds the input of a refused path', () => {
  expect(fieldOf('certificate._schema')).toBe('certificate');
  expect(fieldOf('dnsAliases.0')).toBe('dnsAliases');
});
