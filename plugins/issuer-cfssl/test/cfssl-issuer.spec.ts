import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { encodeName, parseCertificate, subjectFrom } from '@sifaka/pki';
import { describeWithPeers, newCfsslAuthKey, startCfssl, type Cfssl, type CfsslOptions } from '@sifaka/peers';
import type { Issuer, IssuerAuthority, IssuerAuthorityRequest } from '@sifaka/plugin-sdk';
import { describeChecks, describeIssuer, loopbackOutbound, outageChecks, testContext, testRequest } from '@sifaka/plugin-sdk/conformance';
import plugin from '../src/index.js';

const context = () => testContext({ now: new Date(), outbound: loopbackOutbound() });
const inYears = (count: number) => new Date(Date.now() + count * 365 * 86_400_000);

const authorityRequest = (): IssuerAuthorityRequest => ({
  name: 'CFSSL',
  parent: null,
  keyType: 'RSA2048',
  subjectDer: encodeName(subjectFrom({ commonName: 'CFSSL' })),
  extensions: {},
  notBefore: new Date(),
  notAfter: inYears(3),
  hash: null,
  options: {},
  requestId: 'authority-1',
});

async function authorityOf(issuer: Issuer): Promise<IssuerAuthority> {
  const outcome = await issuer.createAuthority?.(authorityRequest());
  if (outcome === undefined) throw new Error('no authority');
  return { id: 1, name: 'CFSSL', version: '1', certificateDer: outcome.certificateDer, chainDer: outcome.chainDer, keyId: null, keyType: 'ECCPRIME256V1', options: {} };
}

async function issued(issuer: Issuer, authority: IssuerAuthority) {
  const outcome = await issuer.createCertificate(testRequest(authority));
  if (outcome.status !== 'issued') throw new Error(outcome.status);
  return outcome;
}

/** The suite, and what is CFSSL's own, against the real server. */
function againstCfssl(peerOptions: CfsslOptions): void {
  let cfssl: Cfssl;
  // Filled in once the server listens.
  const options = [{ name: 'url', value: 'http://127.0.0.1:1' }, ...(peerOptions.authKey === undefined ? [] : [{ name: 'auth_key', value: peerOptions.authKey }])];
  const make = (given: Record<string, unknown> = {}): Issuer => plugin.create({ ...Object.fromEntries(options.map(({ name, value }) => [name, value])), ...given }, context());

  beforeAll(async () => {
    cfssl = await startCfssl(peerOptions);
    Object.assign(options[0] ?? {}, { value: cfssl.url });
  }, 60_000);
  afterAll(() => cfssl.stop());

  // CFSSL decides dates by its profile, and its Go of 2016 knows no Ed25519.
  describeIssuer({ plugin, options, context, readsCsrOnly: true, decides: { dates: true, subject: true }, keyTypes: ['RSA2048', 'ECCPRIME256V1', 'ECCSECP384R1'], prepare: authorityOf });

  it('names the certificate by its decimal serial number', async () => {
    const issuer = make();
    const { certificateDer, externalId } = await issued(issuer, await authorityOf(issuer));
    expect(externalId).toBe(parseCertificate(certificateDer).serial.toString());
  });

  it('passes the connection check', async () => {
    await make().check?.();
  });

  it('uses the profile that was asked for', async () => {
    const issuer = make({ profile: 'client' });
    const { certificateDer } = await issued(issuer, await authorityOf(issuer));
    expect(parseCertificate(certificateDer).extensions.extendedKeyUsage).toEqual(['1.3.6.1.5.5.7.3.2']);
  });
}

describeWithPeers(['cfssl'], 'cfssl-issuer with a server that signs for everybody', () => {
  againstCfssl({});

  describe('revocation', () => {
    let cfssl: Cfssl;
    beforeAll(async () => {
      cfssl = await startCfssl();
    }, 60_000);
    afterAll(() => cfssl.stop());

    it.each([
      ['superseded', 4],
      ['keyCompromise', 1],
      ['aACompromise', 10],
    ])('stands in its database with the reason %s', async (reason, code) => {
      const issuer = plugin.create({ url: cfssl.url }, context());
      const authority = await authorityOf(issuer);
      const { certificateDer, externalId } = await issued(issuer, authority);
      await issuer.revoke?.({ authority, certificateDer, externalId, reason, comments: '' });
      expect(await cfssl.certificate(externalId ?? '')).toEqual({ status: 'revoked', reason: code });
    });

    it('says that CFSSL does not know the certificate', async () => {
      const issuer = plugin.create({ url: cfssl.url }, context());
      const authority = await authorityOf(issuer);
      const foreign = await startCfssl();
      try {
        const other = plugin.create({ url: foreign.url }, context());
        const { certificateDer } = await issued(other, await authorityOf(other));
        await expect(issuer.revoke?.({ authority, certificateDer, externalId: null, reason: 'superseded', comments: '' })).rejects.toMatchObject({
          code: 'failed_precondition',
          message: expect.stringContaining('certificate not found'),
        });
      } finally {
        await foreign.stop();
      }
    });
  });
});

describeWithPeers(['cfssl'], 'cfssl-issuer with a server that wants authenticated requests', () => {
  const authKey = newCfsslAuthKey();
  againstCfssl({ authKey });

  it('says so when there is no key, and when it is the wrong one, without showing it', async () => {
    const cfssl = await startCfssl({ authKey });
    try {
      const keyless = plugin.create({ url: cfssl.url }, context());
      await expect(keyless.createCertificate(testRequest(await authorityOf(keyless)))).rejects.toMatchObject({ code: 'permission_denied', message: expect.stringContaining('option auth_key') });
      const wrong = newCfsslAuthKey();
      const fault = await plugin.create({ url: cfssl.url, auth_key: wrong }, context()).check?.().catch((error: unknown) => error);
      expect(fault).toMatchObject({ code: 'permission_denied', message: expect.stringContaining('not the key of the profile') });
      expect(String(fault)).not.toContain(wrong);
    } finally {
      await cfssl.stop();
    }
  });
});

describeWithPeers(['cfssl-1.6'], 'cfssl-issuer with CFSSL 1.6', () => againstCfssl({ version: 'debian13', authKey: newCfsslAuthKey() }));

describeChecks('cfssl-issuer in an outage', outageChecks, {
  run: async (url, canary) => plugin.create({ url, auth_key: canary }, context()).check?.(),
});
