import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { repositoryRoot, run, withFiles, type Json } from '../harness/index.js';

/** A certificate with those above it, root last, all PEM. */
export interface CertificatePath {
  body: string;
  above: readonly string[];
}

/** A certificate as the API shows it. */
export function pathOf({ body, chain }: Json): CertificatePath {
  return { body, above: chain.split(/(?<=-----END CERTIFICATE-----)\s+/).filter((pem: string) => pem.trim() !== '') };
}

const rootOf = ({ above }: CertificatePath): string => above.at(-1) ?? '';
const issuerOf = ({ above }: CertificatePath): string => above[0] ?? '';

/** What `openssl ocsp` says: `good`, `revoked`, `unknown`, or its complaint. */
export async function opensslOcsp(path: CertificatePath, url: string, options: readonly string[] = []): Promise<string> {
  return withFiles({ 'leaf.pem': path.body, 'issuer.pem': issuerOf(path), 'ca.pem': path.above.join('\n') }, async (files) => {
    const { stdout, stderr } = await run('openssl', ['ocsp', '-issuer', files['issuer.pem'], '-cert', files['leaf.pem'], '-url', url, '-CAfile', files['ca.pem'], ...options]);
    if (!stderr.includes('Response verify OK')) return `${stderr}${stdout}`.trim();
    return /: (good|revoked|unknown)/.exec(stdout)?.[1] ?? stdout;
  });
}

/** What `openssl verify -crl_check_all` says with these lists, DER. */
export async function opensslVerify(path: CertificatePath, crls: readonly Buffer[], options: readonly string[] = []): Promise<string> {
  return withFiles({ 'leaf.pem': path.body, 'ca.pem': rootOf(path), 'chain.pem': path.above.join('\n'), 'crls.pem': crls.map(pemOf).join('') }, async (files) => {
    const args = ['verify', '-CAfile', files['ca.pem'], '-untrusted', files['chain.pem'], '-crl_check_all', '-CRLfile', files['crls.pem'], ...options, files['leaf.pem']];
    const { code, stdout, stderr } = await run('openssl', args);
    return code === 0 ? 'good' : `${stdout}${stderr}`;
  });
}

/** What GnuTLS `ocsptool --ask` says. */
export async function gnutlsOcsp(path: CertificatePath, url: string): Promise<string> {
  return withFiles({ 'leaf.pem': path.body, 'issuer.pem': issuerOf(path) }, async (files) => {
    const { stdout, stderr } = await run('ocsptool', [`--ask=${url}`, '--load-issuer', files['issuer.pem'], '--load-cert', files['leaf.pem']]);
    if (!stdout.includes('Verifying OCSP Response: Success')) return `${stdout}${stderr}`;
    return /Certificate Status: (good|revoked|unknown)/.exec(stdout)?.[1] ?? stdout;
  });
}

/** Whether GnuTLS `certtool` takes a list for one of this CA. */
export async function gnutlsCrl(crl: Buffer, ca: string): Promise<string> {
  return withFiles({ 'list.pem': pemOf(crl), 'ca.pem': ca }, async (files) => {
    const { code, stdout, stderr } = await run('certtool', ['--verify-crl', '--load-ca-certificate', files['ca.pem'], '--infile', files['list.pem']]);
    return code === 0 ? stdout : `${stdout}${stderr}`;
  });
}

let compiled: Promise<string> | null = null;

/** What Java's PKIX says of the path, by OCSP or CRL alone and over HTTP: `good`, or its reason. */
export async function javaPkix(path: CertificatePath, way: 'OCSP' | 'CRL'): Promise<string> {
  compiled ??= compileClient();
  const folder = await compiled;
  const below = [path.body, ...path.above.slice(0, -1)].join('\n');
  return withFiles({ 'ca.pem': rootOf(path), 'path.pem': below }, async (files) => {
    const { stdout, stderr } = await run('java', ['-Dcom.sun.security.enableCRLDP=true', '-cp', folder, 'PkixClient', way, files['ca.pem'], files['path.pem']]);
    return stdout.trim() === '' ? stderr : stdout.trim();
  });
}

async function compileClient(): Promise<string> {
  const folder = join(repositoryRoot, '.cache/e2e-java');
  await mkdir(folder, { recursive: true });
  const { code, stderr } = await run('javac', ['-d', folder, join(repositoryRoot, 'e2e/revocation/PkixClient.java')]);
  if (code !== 0) throw new Error(`javac: ${stderr}`);
  return folder;
}

export function pemOf(crl: Buffer): string {
  return `-----BEGIN X509 CRL-----\n${(crl.toString('base64').match(/.{1,64}/g) ?? []).join('\n')}\n-----END X509 CRL-----\n`;
}

export async function fetched(url: string, init: RequestInit = {}): Promise<{ status: number; bytes: Buffer; headers: Headers }> {
  const answer = await fetch(url, { signal: AbortSignal.timeout(30_000), ...init });
  return { status: answer.status, bytes: Buffer.from(await answer.arrayBuffer()), headers: answer.headers };
}
