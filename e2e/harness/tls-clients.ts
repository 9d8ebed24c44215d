import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryRoot } from './platform.js';
import { run } from './programs.js';

/** What a client said of a server: whether it took chain and host name, and its own words. */
export interface Verdict {
  accepted: boolean;
  words: string;
}

export interface Visit {
  port: number;
  /** File with the trusted roots, PEM. */
  ca: string;
  host: string;
}

/** Connects, verifies chain and host name, disconnects. The key types that a client cannot verify are named by who uses it. */
export type TlsClient = (visit: Visit) => Promise<Verdict>;

export const opensslClient: TlsClient = async ({ port, ca, host }) => {
  const strict = ['-x509_strict', '-verify_return_error', '-verify_hostname', host];
  const args = ['s_client', '-connect', `127.0.0.1:${port}`, '-servername', host, '-CAfile', ca, '-no-CApath', ...strict];
  const { code, stdout, stderr } = await run('openssl', args);
  return { accepted: code === 0 && stdout.includes('Verify return code: 0 (ok)'), words: stdout + stderr };
};

export const curlClient: TlsClient = async ({ port, ca, host }) => {
  const there = ['--resolve', `${host}:${port}:127.0.0.1`, `https://${host}:${port}/`];
  const { code, stdout, stderr } = await run('curl', ['--silent', '--show-error', '--noproxy', '*', '--cacert', ca, ...there]);
  return { accepted: code === 0 && stdout === 'served by nginx\n', words: stdout + stderr };
};

export const gnutlsClient: TlsClient = async ({ port, ca, host }) => {
  const names = [`--sni-hostname=${host}`, `--verify-hostname=${host}`];
  const { code, stdout, stderr } = await run('gnutls-cli', [`--x509cafile=${ca}`, `--port=${port}`, ...names, '127.0.0.1']);
  return { accepted: code === 0 && stdout.includes('The certificate is trusted'), words: stdout + stderr };
};

/** Java's own PKIX and HTTPS host name check, by `e2e/tls/TlsClient.java`. */
export const javaClient: TlsClient = async ({ port, ca, host }) => {
  compiled ??= compile();
  const { code, stdout, stderr } = await run('java', ['-cp', await compiled, 'TlsClient', String(port), ca, host]);
  return { accepted: code === 0 && stdout.startsWith('verified '), words: stdout + stderr };
};

/** Folder of the compiled client: once per process, because the compiler takes longer than everything else. */
let compiled: Promise<string> | undefined;

async function compile(): Promise<string> {
  const folder = join(repositoryRoot, '.cache/e2e-java');
  mkdirSync(folder, { recursive: true });
  const { code, stderr } = await run('javac', ['-d', folder, join(repositoryRoot, 'e2e/tls/TlsClient.java')]);
  if (code !== 0) throw new Error(`javac: ${stderr}`);
  return folder;
}
