import { request } from 'node:https';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from './programs.js';

export interface ServerTls {
  caPem: string;
  certificateFile: string;
  keyFile: string;
}

const requestLimitMs = 5_000;
const maxBodyBytes = 1_000_000;

/** A root and a server certificate of it for 127.0.0.1 and localhost, made by OpenSSL in this folder. */
export async function makeServerTls(folder: string): Promise<ServerTls> {
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '30'];
  const ca = ['-subj', '/CN=Test root of a peer', '-keyout', 'ca.key', '-out', 'ca.pem'];
  const caRights = ['-addext', 'basicConstraints=critical,CA:TRUE', '-addext', 'keyUsage=critical,keyCertSign'];
  await run('openssl', ['req', '-x509', ...newKey, ...ca, ...caRights], { cwd: folder });
  const leaf = ['-subj', '/CN=127.0.0.1', '-keyout', 'server.key', '-out', 'server.pem', '-CA', 'ca.pem', '-CAkey', 'ca.key'];
  const leafRights = ['basicConstraints=critical,CA:FALSE', 'subjectAltName=IP:127.0.0.1,DNS:localhost', 'extendedKeyUsage=serverAuth'];
  await run('openssl', ['req', '-x509', ...newKey, ...leaf, ...leafRights.flatMap((extension) => ['-addext', extension])], { cwd: folder });
  const caPem = await readFile(join(folder, 'ca.pem'), 'utf8');
  return { caPem, certificateFile: 'server.pem', keyFile: 'server.key' };
}

/** Reads from an HTTPS server that a root of our own vouches for; throws unless it answers 200. */
export function readHttps(url: string, caPem: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { ca: caPem, agent: false, timeout: requestLimitMs }, (answer) => {
      let body = '';
      answer.setEncoding('utf8').on('data', (text: string) => (body = (body + text).slice(0, maxBodyBytes)));
      answer.on('error', reject).on('end', () => {
        if (answer.statusCode === 200) resolve(body);
        else reject(new Error(`${url} answered ${answer.statusCode}: ${body}`));
      });
    });
    outgoing.on('error', reject).on('timeout', () => outgoing.destroy(new Error(`${url} did not answer within ${requestLimitMs} ms`)));
    outgoing.end();
  });
}
