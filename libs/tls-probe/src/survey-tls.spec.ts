import { execFileSync } from 'node:child_process';
import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { TlsOptions } from 'node:tls';
import { surveyTls, type TlsSurvey } from './survey-tls.js';
import { at, counting, serve, serveTls, testCertificate, type TestCertificate, type TestServer } from './test/servers.js';

const servers: TestServer[] = [];
let rsa: TestCertificate;

beforeAll(async () => (rsa = await testCertificate('rsa')));
afterEach(() => Promise.all(servers.splice(0).map((server) => server.stop())));

async function survey(options: TlsOptions, more: Partial<Parameters<typeof surveyTls>[1]> = {}): Promise<TlsSurvey> {
  const server = await serveTls({ ...rsa, ...options });
  servers.push(server);
  return surveyTls(at(server), { connect: counting().connect, timeoutMs: 20_000, what: 'ciphers', ...more });
}

const supported = ({ protocols }: TlsSurvey) => protocols.flatMap(({ version, isSupported }) => (isSupported === true ? [version] : []));

/** What OpenSSL says that such a server has. */
const opensslCiphers = (version: string, list: string) => execFileSync('openssl', ['ciphers', '-s', version, list], { encoding: 'utf8' }).trim().split(':');

describe('a survey', () => {
  it('names every version and every suite that the server takes, and no other', async () => {
    const told = await survey({});
    expect(told.isComplete).toBe(true);
    expect(supported(told)).toEqual(['TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3']);
    const rsaSuites = opensslCiphers('-tls1_2', 'aRSA:@SECLEVEL=0').filter((name) => !name.startsWith('TLS_') && !/PSK|SRP|NULL/.test(name) && !/^DHE|^ADH|^AECDH/.test(name));
    expect(told.ciphers).toEqual(expect.arrayContaining(['TLS_AES_256_GCM_SHA384', 'TLS_CHACHA20_POLY1305_SHA256', 'TLS_AES_128_GCM_SHA256']));
    expect(told.ciphers.filter((name) => !name.startsWith('TLS_') && !/NULL|^DHE|^ADH|^AECDH/.test(name)).sort()).toEqual(rsaSuites.sort());
  });

  it('sees the gap between versions', async () => {
    expect(supported(await survey({ minVersion: 'TLSv1.2', maxVersion: 'TLSv1.2', ciphers: 'ECDHE-RSA-AES256-GCM-SHA384' }))).toEqual(['TLSv1.2']);
    const narrow = await survey({ minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'AES256-SHA:@SECLEVEL=0' });
    expect(supported(narrow)).toEqual(['TLSv1', 'TLSv1.1']);
    expect(narrow.ciphers).toEqual(['AES256-SHA']);
  });

  it('takes few connections where versions alone are asked for', async () => {
    const server = await serveTls({ ...rsa, minVersion: 'TLSv1.2' });
    servers.push(server);
    const outbound = counting();
    const told = await surveyTls(at(server), { connect: outbound.connect, timeoutMs: 5_000, what: 'protocols', known: 'TLSv1.3' });
    expect(supported(told)).toEqual(['TLSv1.2', 'TLSv1.3']);
    expect(told.ciphers).toEqual([]);
    expect(server.accepted).toBe(2);
    expect(outbound.most()).toBe(1);
  });

  it('says that it is not complete when connections run out, and what it knows', async () => {
    const told = await survey({}, { maxConnections: 3 });
    expect(told.isComplete).toBe(false);
    expect(told.protocols.find(({ version }) => version === 'TLSv1.3')?.isSupported).toBe(true);
    expect(told.protocols.find(({ version }) => version === 'SSLv3')?.isSupported).toBeNull();
  });

  it('finds SSL 3 and SSL 2 where they are', async () => {
    const server = await serve((socket) =>
      socket.once('data', (hello) => {
        const isSsl2 = (hello.readUInt8(0) & 0x80) !== 0;
        const ssl3 = Buffer.concat([Buffer.from('160300002a020000260300', 'hex'), Buffer.alloc(32, 1), Buffer.from('00000500', 'hex')]);
        socket.end(isSsl2 ? Buffer.from('800b04000100020000000000', 'hex') : ssl3);
      }),
    );
    servers.push(server);
    const told = await surveyTls(at(server), { connect: counting().connect, timeoutMs: 5_000, what: 'protocols' });
    expect(supported(told)).toEqual(['SSLv2', 'SSLv3']);
  });

  it('fails when nothing can be learned', async () => {
    const server = await serve(() => undefined);
    servers.push(server);
    await expect(surveyTls(at(server), { connect: counting().connect, timeoutMs: 300, what: 'ciphers' })).rejects.toMatchObject({ code: 'upstream_timeout' });
  });
});
