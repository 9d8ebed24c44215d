import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { connect } from 'node:tls';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { describeWithPeers } from './describe-with-peers.js';
import { startNginx, type Nginx } from './nginx.js';
import { run } from './programs.js';
import { makeServerTls } from './tls.js';

describeWithPeers(['nginx', 'openssl'], 'an nginx of our own', () => {
  const folders: string[] = [];
  let server: Nginx;

  const files = async () => {
    const folder = await mkdtemp(join(tmpdir(), 'sifaka-nginx-test-'));
    folders.push(folder);
    await makeServerTls(folder);
    return { 'server.pem': await readFile(join(folder, 'server.pem')), 'server.key': await readFile(join(folder, 'server.key')) };
  };
  const presented = () =>
    new Promise<string>((resolve, reject) => {
      const socket = connect({ host: server.host, port: server.port, rejectUnauthorized: false }, () => {
        resolve(socket.getPeerCertificate().fingerprint256);
        socket.destroy();
      });
      socket.once('error', reject);
    });

  beforeAll(async () => {
    server = await startNginx({
      files: await files(),
      http: ({ folder, ports }) =>
        `server { listen 127.0.0.1:${ports[0]} ssl; ssl_certificate ${folder}/server.pem; ssl_certificate_key ${folder}/server.key; return 200 "ok"; }`,
    });
  });
  afterAll(async () => {
    await server.stop();
    for (const folder of folders) await rm(folder, { recursive: true, force: true });
  });

  it('presents another certificate after a reload, and not before', async () => {
    const first = await presented();
    for (const [name, content] of Object.entries(await files())) await server.write(name, content);
    expect(await presented()).toBe(first);
    await server.reload();
    expect(await presented()).not.toBe(first);
  });

  it('goes on as it was when it cannot read the new certificate', async () => {
    const before = await presented();
    await server.write('server.pem', 'no certificate');
    await expect(server.reload()).rejects.toThrow('PEM');
    const [program = '', ...args] = server.reloadCommand;
    await run(program, args).catch(() => undefined);
    expect(await presented()).toBe(before);
  });
});
