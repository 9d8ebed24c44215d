import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './free-port.js';
import { findProgram } from './peers.js';
import { waitUntil } from './wait-until.js';

export interface Nginx {
  port: number;
  stop(): Promise<void>;
}

/** A real nginx that serves TLS on a free loopback port with this certificate, its chain and its key. */
export async function startNginx(files: { certificate: string; chain: string; key: string }): Promise<Nginx> {
  const program = findProgram('nginx');
  if (program === null) throw new Error('nginx is not installed');
  const folder = mkdtempSync(join(tmpdir(), 'sifaka-nginx-'));
  const port = await freePort();
  writeFileSync(join(folder, 'bundle.pem'), `${files.certificate.trim()}\n${files.chain.trim()}\n`);
  writeFileSync(join(folder, 'key.pem'), files.key, { mode: 0o600 });
  writeFileSync(join(folder, 'nginx.conf'), configuration(folder, port));
  const child = spawn(program, ['-p', folder, '-c', join(folder, 'nginx.conf'), '-e', join(folder, 'error.log')], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let complaint = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (complaint += text));
  const ended = new Promise((resolve) => child.once('exit', resolve));
  const stop = async () => {
    child.kill('SIGTERM');
    await ended;
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await waitUntil('nginx to listen', async () => child.exitCode !== null || (await accepts(port)));
    if (child.exitCode !== null) throw new Error(`nginx ended: ${complaint}`);
    return { port, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function configuration(folder: string, port: number): string {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `  ${name}_temp_path ${folder}/${name};`);
  const user = process.getuid?.() === 0 ? ['user root;'] : [];
  return [
    ...user,
    'daemon off;',
    'master_process off;',
    `pid ${folder}/nginx.pid;`,
    'events {}',
    'http {',
    '  access_log off;',
    ...temporary,
    '  server {',
    `    listen 127.0.0.1:${port} ssl;`,
    `    ssl_certificate ${folder}/bundle.pem;`,
    `    ssl_certificate_key ${folder}/key.pem;`,
    '    ssl_protocols TLSv1.2 TLSv1.3;',
    '    location / { return 200 "served by nginx\\n"; }',
    '  }',
    '}',
    '',
  ].join('\n');
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => {
      resolve(false);
    });
  });
}
