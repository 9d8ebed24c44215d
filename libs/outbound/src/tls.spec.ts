import { createPrivateKey, X509Certificate } from 'node:crypto';
import { createServer, get } from 'node:https';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { connect, createServer as createTcpServer } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { describe, expect, it } from '@jest/globals';
import { testPath } from '@sifaka/plugin-sdk/conformance';
import { outboundFault } from './faults.js';
import { text, toLoopback, workshop } from './test/servers.js';

const { ends, http, https, tcp, outbound } = workshop();

const pem = (der: Uint8Array) => new X509Certificate(der).toString();
const keyPem = (der: Buffer) => createPrivateKey({ key: der, format: 'der', type: 'pkcs8' }).export({ format: 'pem', type: 'pkcs8' }).toString();
const path = testPath('ECCPRIME256V1');
const [intermediate, root] = path.chainDer;
const server = { cert: pem(path.certificateDer) + pem(intermediate!), key: keyPem(path.privateKeyPkcs8Der) };
const caPem = pem(root!);
const allowed = { outboundAllowedHosts: ['*.example.test', '127.0.0.1'] };
const names = { lookup: toLoopback };

describe('TLS to the outside', () => {
  it('trusts a private CA where it was given, and nowhere else', async () => {
    const port = await https(server, text('hello'));
    const way = outbound(allowed, names);
    const address = `https://www.example.test:${port}/`;
    expect(await (await way.fetchWith({ caPem })(address)).text()).toBe('hello');
    await expect(way.fetch(address)).rejects.toMatchObject({ code: 'upstream_failed', reason: 'outbound.tls', message: expect.stringMatching(/unknown CA.*SIFAKA_OUTBOUND_CA/) });
    expect(await (await way.fetchWith({ isVerified: false })(address)).text()).toBe('hello');
    expect(await (await outbound({ ...allowed, outboundCa: caPem }, names).fetch(address)).text()).toBe('hello');
  });

  it('wants the name of the host in the certificate', async () => {
    const port = await https(server, text('hello'));
    const fetch = outbound(allowed, names).fetchWith({ caPem });
    await expect(fetch(`https://other.example.test:${port}/`)).rejects.toMatchObject({ message: expect.stringContaining('not for "other.example.test"') });
    await expect(fetch(`https://127.0.0.1:${port}/`)).rejects.toMatchObject({ message: expect.stringContaining('not for "127.0.0.1"') });
  });

  it('shows a client certificate to its own origin, and to no other', async () => {
    const subjectOf = (socket: unknown) => ((socket as TLSSocket).getPeerCertificate() as { subject?: { CN: string } }).subject?.CN ?? 'nobody';
    const mutual = { ...server, requestCert: true, rejectUnauthorized: false };
    const other = await https(mutual, (request, response) => void response.end(subjectOf(request.socket)));
    const port = await https(mutual, (request, response) => {
      if (request.url === '/away') response.writeHead(302, { location: `https://api.example.test:${other}/` }).end();
      else response.end(subjectOf(request.socket));
    });
    const client = testPath('ECCPRIME256V1');
    const fetch = outbound(allowed, names).fetchWith({ caPem, clientCertificatePem: pem(client.certificateDer), clientKeyPem: keyPem(client.privateKeyPkcs8Der) });
    expect(await (await fetch(`https://www.example.test:${port}/`)).text()).toBe('www.example.test');
    expect(await (await fetch(`https://www.example.test:${port}/away`)).text()).toBe('nobody');
  });

  it('serves the agents of vendor kits with the same trust', async () => {
    const port = await https(server, text('hello'));
    const way = outbound(allowed, names);
    const ask = (agent: ReturnType<typeof way.agents>['https']) =>
      new Promise((resolve) => get({ host: 'www.example.test', port, agent }, (answer) => answer.on('data', (chunk) => resolve(String(chunk)))).on('error', resolve));
    expect(await ask(way.agents({ caPem }).https)).toBe('hello');
    expect(await ask(way.agents().https)).toMatchObject({ code: 'upstream_failed', reason: 'outbound.tls' });
  });

  it('does not follow from HTTPS to HTTP', async () => {
    const port = await https(server, (_request, response) => void response.writeHead(302, { location: 'http://www.example.test/' }).end());
    await expect(outbound(allowed, names).fetchWith({ caPem })(`https://www.example.test:${port}/`)).rejects.toMatchObject({ reason: 'outbound.redirect' });
  });

  it('says that a server does not speak TLS', async () => {
    const plain = await http(text('x'));
    await expect(outbound(allowed, names).fetch(`https://www.example.test:${plain}/`)).rejects.toMatchObject({ reason: 'outbound.tls', message: expect.stringContaining('does not speak TLS') });
  });

  it.each([
    ['CERT_HAS_EXPIRED', 'expired'],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'self-signed'],
    ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'unknown CA'],
    ['ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED', 'client certificate'],
  ])('says in words what %s means', (code, words) => {
    const error = new TypeError('fetch failed', { cause: Object.assign(new Error('x'), { code }) });
    expect(outboundFault(error, { host: 'ca.example', port: 443 })).toMatchObject({ code: 'upstream_failed', reason: 'outbound.tls', message: expect.stringContaining(words) });
  });

  it.each([
    [{ caPem: 'no pem' }, 'private CA is no certificate'],
    [{ clientCertificatePem: pem(path.certificateDer) }, 'both or not at all'],
    [{ clientCertificatePem: pem(path.certificateDer), clientKeyPem: keyPem(testPath('ECCPRIME256V1').privateKeyPkcs8Der) }, 'do not fit together'],
    [{ clientCertificatePem: pem(path.certificateDer), clientKeyPem: '-----BEGIN PRIVATE KEY-----\nhunter2\n-----END PRIVATE KEY-----' }, 'do not fit together'],
  ])('refuses a trust that cannot be used, without quoting it', async (trust, words) => {
    const fault = await outbound(allowed, names).fetchWith(trust)('https://www.example.test/').catch((error: unknown) => error);
    expect(fault).toMatchObject({ code: 'failed_precondition', reason: 'outbound.bad_trust', message: expect.stringContaining(words) });
    expect(JSON.stringify(fault)).not.toContain('hunter2');
  });
});

describe('a proxy', () => {
  /** As small as a proxy can be: it connects every name to loopback. */
  async function proxy() {
    const asked: string[] = [];
    const port = await tcp(
      createTcpServer((socket) => {
        socket.on('error', () => undefined);
        socket.once('data', (head) => {
          const [line = '', , auth = ''] = head.toString().split('\r\n');
          asked.push(`${line.split(' ')[1]} ${auth}`);
          if (line.includes('forbidden')) return void socket.end('HTTP/1.1 403 no\r\n\r\n');
          const target = connect(Number(/:(\d+) /.exec(line)?.[1]), '127.0.0.1', () => {
            socket.write('HTTP/1.1 200 ok\r\n\r\n');
            socket.pipe(target).pipe(socket);
          });
          target.on('error', () => socket.destroy());
          ends.push(() => target.destroy());
        });
      }),
    );
    return { asked, url: `http://me:p%40ss@127.0.0.1:${port}` };
  }
  const unknown = () => Promise.reject(Object.assign(new Error('x'), { code: 'ENOTFOUND' }));

  it('gets every request, HTTP and HTTPS, with names that only it can look up', async () => {
    const { asked, url } = await proxy();
    const [plain, secure] = [await http(text('plain')), await https(server, text('secure'))];
    const way = outbound({ outboundProxy: url }, { lookup: unknown });
    expect(await (await way.fetch(`http://www.example.test:${plain}/`)).text()).toBe('plain');
    expect(await (await way.fetchWith({ caPem })(`https://www.example.test:${secure}/`)).text()).toBe('secure');
    const credentials = `Proxy-Authorization: Basic ${Buffer.from('me:p@ss').toString('base64')}`;
    expect(asked).toEqual([`www.example.test:${plain} ${credentials}`, `www.example.test:${secure} ${credentials}`]);
  });

  it('is no way around the guard', async () => {
    const { asked, url } = await proxy();
    await expect(outbound({ outboundProxy: url }).fetch('http://127.0.0.1:8080/')).rejects.toMatchObject({ reason: 'outbound.refused' });
    await expect(outbound({ outboundProxy: url }, names).fetch('http://inside.example/')).rejects.toMatchObject({ reason: 'outbound.refused' });
    expect(asked).toEqual([]);
  });

  it('is left out for hosts that are allowed, which are our own', async () => {
    const { asked, url } = await proxy();
    const port = await http(text('straight'));
    expect(await (await outbound({ ...allowed, outboundProxy: url }, names).fetch(`http://www.example.test:${port}/`)).text()).toBe('straight');
    expect(asked).toEqual([]);
  });

  it('gets the requests to hosts that may only be private', async () => {
    const { asked, url } = await proxy();
    const port = await http(text('by proxy'));
    const way = outbound({ outboundProxy: url }, { ...names, mayBePrivate: ['www.example.test'] });
    expect(await (await way.fetch(`http://www.example.test:${port}/`)).text()).toBe('by proxy');
    expect(asked).toEqual([expect.stringContaining(`www.example.test:${port}`)]);
    const straight = outbound({}, { ...names, mayBePrivate: ['www.example.test'] });
    expect(await (await straight.fetch(`http://www.example.test:${port}/`)).text()).toBe('by proxy');
  });

  it('is asked after a moment when nobody here answers what the name is', async () => {
    const { asked, url } = await proxy();
    const port = await http(text('by proxy'));
    const silent = () => new Promise<never>(() => undefined);
    const way = outbound({ outboundProxy: url, outboundTimeoutMs: 1_500 }, { lookup: silent, hintMs: 20 });
    expect(await (await way.fetch(`http://www.example.test:${port}/`)).text()).toBe('by proxy');
    expect(asked).toHaveLength(1);
  });

  it('that refuses or is not there is named, its password is not', async () => {
    const { url } = await proxy();
    await expect(outbound({ outboundProxy: url }, { lookup: unknown }).fetch('https://forbidden.example/')).rejects.toMatchObject({ code: 'unavailable', message: 'the proxy of SIFAKA_OUTBOUND_PROXY answered 403 for forbidden.example:443' });
    const gone = createServer();
    gone.listen(0, '127.0.0.1');
    await once(gone, 'listening');
    const { port } = gone.address() as AddressInfo;
    await new Promise((resolve) => gone.close(resolve));
    await expect(outbound({ outboundProxy: `http://u:hunter2@127.0.0.1:${port}` }, { lookup: unknown }).fetch('https://x.example/')).rejects.toMatchObject({ code: 'unavailable', reason: 'outbound.proxy', message: expect.not.stringContaining('hunter2') });
  });
});
