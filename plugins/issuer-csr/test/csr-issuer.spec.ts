import { describe, expect, it } from '@jest/globals';
import { certificatePem, encodeName, parseCertificate, subjectFrom } from '@sifaka/pki';
import type { IssuerAuthority, IssuerAuthorityRequest } from '@sifaka/plugin-sdk';
import { describePlugin, testContext, testPath } from '@sifaka/plugin-sdk/conformance';
import plugin from '../src/index.js';

const path = testPath('ECCPRIME256V1');
const [issuingDer, rootDir] = path.chainDer;
const pem = path.chainDer.map(certificatePem).join('\n');

describePlugin({ plugin, options: [{ name: 'certificate', value: pem }] });

const request = (parent: IssuerAuthority | null = null): IssuerAuthorityRequest => ({
  name: 'Corp offline',
  parent,
  keyType: 'RSA2048',
  subjectDer: encodeName(subjectFrom({ commonName: 'Corp offline' })),
  extensions: {},
  notBefore: new Date('2026-11-22T00:00:00Z'),
  notAfter: new Date('2030-11-22T00:00:00Z'),
  hash: null,
  options: {},
  requestId: 'authority-1',
});

describe('csr-issuer', () => {
  it('waits for somebody to bring the certificate, as long as it was told', async () => {
    const issuer = plugin.create({ certificate: pem, wait_days: 14 }, testContext({ now: new Date('2026-11-22T10:00:00Z') }));
    expect(await issuer.createCertificate({} as never)).toEqual({ status: 'pending', settledBy: 'upload', externalId: null, until: new Date('2026-12-06T10:00:00Z') });
  });

  it('takes the CA and those above it in any order', async () => {
    for (const text of [pem, path.chainDer.toReversed().map(certificatePem).join('\n')]) {
      const issuer = plugin.create({ certificate: text }, testContext());
      const outcome = await issuer.createAuthority?.(request());
      expect(outcome).toMatchObject({ keyId: null, roleNames: ['Corp offline_admin', 'Corp offline_operator'] });
      expect(parseCertificate(outcome?.certificateDer ?? '').fingerprintSha256).toBe(parseCertificate(issuingDer ?? '').fingerprintSha256);
      expect(outcome?.chainDer.map((der) => Buffer.from(der))).toEqual([Buffer.from(rootDir ?? '')]);
    }
  });

  it.each([
    ['a certificate that is no CA', certificatePem(path.certificateDer), /www.example.test.* is not the certificate of a CA/],
    ['a text without certificate', 'see attachment', /no PEM block/],
  ])('refuses %s, by the name of the option', async (_what, certificate, message) => {
    const issuer = plugin.create({ certificate }, testContext());
    await expect(issuer.createAuthority?.(request())).rejects.toMatchObject({ code: 'invalid_argument', message: expect.stringMatching(message), fields: [{ path: 'plugin.pluginOptions.certificate' }] });
  });

  it('makes no authority below another one', async () => {
    const issuer = plugin.create({ certificate: pem }, testContext());
    const parent: IssuerAuthority = { id: 1, name: 'Root', version: '1', certificateDer: new Uint8Array(), chainDer: [], keyId: null, keyType: 'RSA2048', options: {} };
    await expect(issuer.createAuthority?.(request(parent))).rejects.toMatchObject({ code: 'failed_precondition', message: expect.stringContaining('below "Root"') });
  });
});
