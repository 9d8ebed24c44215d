import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { encodeName, parseCertificate, subjectFrom } from '@sifaka/pki';
import type { Issuer, IssuerAuthority, IssuerAuthorityRequest } from '@sifaka/plugin-sdk';
import { describeIssuer, loopbackOutbound, testContext, testRequest } from '@sifaka/plugin-sdk/conformance';
import plugin from '../src/index.js';
import { startStepCa } from './stand-in-step.js';

const now = new Date('2026-11-22T10:00:00Z');
const context = () => testContext({ now, outbound: loopbackOutbound() });
let step: Awaited<ReturnType<typeof startStepCa>>;
// Filled in once the stand-in listens.
const options = [
  { name: 'url', value: 'https://127.0.0.1:1' },
  { name: 'fingerprint', value: '00'.repeat(32) },
  { name: 'provisioner', value: 'platform' },
  { name: 'provisioner_password', value: 'provisioner-password' },
];

beforeAll(async () => {
  step = await startStepCa(() => now);
  Object.assign(options[0] ?? {}, { value: step.url });
  Object.assign(options[1] ?? {}, { value: step.fingerprint });
});
afterAll(() => step.stop());

const make = (given: Record<string, unknown> = {}): Issuer =>
  plugin.create({ url: step.url, fingerprint: step.fingerprint, provisioner: 'platform', provisioner_password: step.password, ...given }, context());

const authorityRequest: IssuerAuthorityRequest = {
  name: 'Step',
  parent: null,
  keyType: 'RSA2048',
  subjectDer: encodeName(subjectFrom({ commonName: 'Step' })),
  extensions: {},
  notBefore: now,
  notAfter: new Date('2030-01-01T00:00:00Z'),
  hash: null,
  options: {},
  requestId: 'authority-1',
};

async function authorityOf(issuer: Issuer): Promise<IssuerAuthority> {
  const outcome = await issuer.createAuthority?.(authorityRequest);
  if (outcome === undefined) throw new Error('no authority');
  return { id: 1, name: 'Step', version: '1', certificateDer: outcome.certificateDer, chainDer: outcome.chainDer, keyId: null, keyType: 'ECCPRIME256V1', options: {} };
}

describeIssuer({ plugin, options, context, readsCsrOnly: true, decides: { dates: true }, prepare: authorityOf });

describe('step-issuer', () => {
  it('shortens what is asked for to what the provisioner allows', async () => {
    const issuer = make();
    const authority = await authorityOf(issuer);
    const outcome = await issuer.createCertificate(testRequest(authority, { notBefore: now, notAfter: new Date('2027-11-22T10:00:00Z') }));
    if (outcome.status !== 'issued') throw new Error(outcome.status);
    expect(parseCertificate(outcome.certificateDer).notAfter).toEqual(new Date('2026-11-24T10:00:00Z'));
  });

  it('works with a key that the CA does not keep', async () => {
    const issuer = make({ provisioner: 'platform', provisioner_password: undefined, provisioner_key: step.privateJwk });
    const authority = await authorityOf(issuer);
    expect((await issuer.createCertificate(testRequest(authority))).status).toBe('issued');
  });

  it('revokes by serial number, with the reason', async () => {
    const issuer = make();
    const authority = await authorityOf(issuer);
    const outcome = await issuer.createCertificate(testRequest(authority));
    if (outcome.status !== 'issued') throw new Error(outcome.status);
    await issuer.revoke?.({ authority, certificateDer: outcome.certificateDer, externalId: null, reason: 'keyCompromise', comments: 'lost' });
    expect(step.revoked).toEqual([{ serial: parseCertificate(outcome.certificateDer).serial.toString(), reasonCode: 1 }]);
  });

  it.each<[string, Record<string, unknown>, { code: string; message: RegExp }]>([
    ['a wrong password', { provisioner_password: 'not-the-password' }, { code: 'permission_denied', message: /does not open the key of provisioner "platform"/ }],
    ['a provisioner that is not there', { provisioner: 'other' }, { code: 'failed_precondition', message: /no provisioner "other"; it has acme, platform, keyless/ }],
    ['a provisioner of another type', { provisioner: 'acme' }, { code: 'failed_precondition', message: /of type ACME/ }],
    ['a key that is kept nowhere', { provisioner: 'keyless' }, { code: 'failed_precondition', message: /give it as provisioner_key/ }],
    ['a fingerprint of another root', { fingerprint: '11'.repeat(32) }, { code: 'failed_precondition', message: /404/ }],
    ['a key that is none', { provisioner_password: undefined, provisioner_key: '{"kty":"EC","canary":1}' }, { code: 'failed_precondition', message: /not a private key in JWK form/ }],
  ])('names %s when the authority is saved', async (_what, given, { code, message }) => {
    await expect(make(given).check?.()).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
  });

  it('does not believe a server that answers with another root', async () => {
    const other = await startStepCa(() => now);
    try {
      // The other CA's root under our fingerprint's address cannot be had; its own root does not have our fingerprint.
      await expect(make({ url: other.url }).check?.()).rejects.toMatchObject({ code: 'failed_precondition' });
    } finally {
      await other.stop();
    }
  });

  it('says that nobody is there', async () => {
    await expect(make({ url: 'https://127.0.0.1:1' }).check?.()).rejects.toMatchObject({ code: 'unavailable' });
  });
});
