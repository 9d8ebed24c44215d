import { X509Certificate } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { newCfsslAuthKey, startCfssl, type Cfssl, type CfsslOptions } from './cfssl.js';
import { describeWithPeers } from './describe-with-peers.js';
import { run } from './programs.js';

const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', '/dev/null'];
const request = () => run('openssl', ['req', '-new', ...newKey, '-subj', '/CN=a.test', '-addext', 'subjectAltName=DNS:a.test']);

const ask = async (server: Cfssl, path: string, body: Record<string, unknown>) => {
  const answer = await fetch(`${server.url}/api/v1/cfssl/${path}`, { method: 'POST', body: JSON.stringify(body) });
  return { status: answer.status, text: await answer.text() };
};

const suite = (options: CfsslOptions, authorityKeyIdOf: (certificate: X509Certificate) => Promise<string>) => () => {
  let open: Cfssl;
  let closed: Cfssl;
  beforeAll(async () => {
    [open, closed] = await Promise.all([startCfssl(options), startCfssl({ ...options, authKey: newCfsslAuthKey() })]);
  });
  afterAll(() => Promise.all([open.stop(), closed.stop()]));

  it('signs, keeps what it signed and revokes it', async () => {
    const signed = JSON.parse((await ask(open, 'sign', { certificate_request: await request(), profile: 'client' })).text);
    const certificate = new X509Certificate(signed.result.certificate);
    const serial = BigInt(`0x${certificate.serialNumber}`).toString();
    expect(certificate.checkIssued(new X509Certificate(open.caPem))).toBe(true);
    expect(certificate.keyUsage).toEqual(['1.3.6.1.5.5.7.3.2']);
    expect(await open.certificate(serial)).toEqual({ status: 'good', reason: 0 });
    const body = { serial, authority_key_id: await authorityKeyIdOf(certificate), reason: 'superseded' };
    expect(JSON.parse((await ask(open, 'revoke', body)).text)).toMatchObject({ success: true });
    expect(await open.certificate(serial)).toEqual({ status: 'revoked', reason: 4 });
  });

  it('signs nothing without authentication when it has a key', async () => {
    expect((await ask(closed, 'sign', { certificate_request: await request() })).status).toBe(404);
    const token = { token: Buffer.alloc(32).toString('base64'), request: Buffer.from('{}').toString('base64') };
    expect((await ask(closed, 'authsign', token)).text).toContain('"success":false');
  });
};

// As Debian 12 builds it, it keeps no authority key id with what it signs, and finds nothing to revoke under the right one.
describeWithPeers(
  ['cfssl'],
  'a CFSSL of our own',
  suite({}, async () => ''),
);

describeWithPeers(
  ['cfssl-1.6', 'cfssl'],
  'the CFSSL of Debian 13',
  suite({ version: 'debian13' }, async (certificate) => {
    const text = await run('openssl', ['x509', '-noout', '-ext', 'authorityKeyIdentifier'], { input: certificate.toString() });
    return (/([0-9A-F]{2}:)+[0-9A-F]{2}/.exec(text)?.[0] ?? '').replaceAll(':', '').toLowerCase();
  }),
);
