import { describe, expect, it } from '@jest/globals';
import { CertificateCreateInput } from '@sifaka/contracts';
import { emptyForm, fieldOf, requestOf, type CertificateForm } from './certificate-request.js';

const form: CertificateForm = { ...emptyForm, authority: '4', commonName: ' shop.example.com ', owner: 'team@example.com' };

describe('the request that a form makes', () => {
  it('is one that the API takes', () => {
    const names = ['www.example.com', '10.0.0.7'];
    expect(CertificateCreateInput.safeParse(requestOf({ ...form, names, hasEnd: true, end: '2027-01-31' })).error).toBeUndefined();
  });

  it('names the common name first and no name twice', () => {
    const { extensions } = requestOf({ ...form, names: ['shop.example.com', '10.0.0.7'] });
    expect(extensions?.subAltNames?.names).toEqual([
      { nameType: 'DNSName', value: 'shop.example.com' },
      { nameType: 'IPAddress', value: '10.0.0.7' },
    ]);
  });

  it('asks for key encipherment for RSA servers alone', () => {
    expect(requestOf({ ...form, keyType: 'RSA2048' }).extensions?.keyUsage).toHaveProperty('useKeyEncipherment');
    expect(requestOf(form).extensions?.keyUsage).not.toHaveProperty('useKeyEncipherment');
    expect(requestOf({ ...form, keyType: 'RSA2048', usage: 'client' }).extensions?.keyUsage).not.toHaveProperty('useKeyEncipherment');
  });

  it('names whom a user certificate logs in, and says nothing of it for a server', () => {
    const principals = ['deploy'];
    expect(requestOf({ ...form, usage: 'client', principals }).extensions).toMatchObject({ ssh: { principals }, extendedKeyUsage: { useClientAuthentication: true } });
    expect(requestOf({ ...form, principals }).extensions).not.toHaveProperty('ssh');
    expect(requestOf({ ...form, usage: 'client' }).extensions).not.toHaveProperty('ssh');
  });

  it('names a DNS provider when one was chosen', () => {
    expect(requestOf(form)).not.toHaveProperty('dnsProvider');
    expect(requestOf({ ...form, dnsProvider: '3' }).dnsProvider).toEqual({ id: 3 });
  });

  it('leaves the key to a signing request when there is one', () => {
    expect(requestOf({ ...form, csr: '-----BEGIN CERTIFICATE REQUEST-----' })).not.toHaveProperty('keyType');
  });
});

it.each([
  ['commonName', 'commonName'],
  ['authority.id', 'authority'],
  ['extensions.subAltNames.names.0.value', 'names'],
  ['extensions.ssh.principals', 'principals'],
  ['validityEnd', 'end'],
  ['extensions.custom.0.oid', null],
])('finds the input of the refused path %s', (path, input) => {
  expect(fieldOf(path)).toBe(input);
});
