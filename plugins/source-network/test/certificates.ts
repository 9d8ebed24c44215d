import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

export interface TestCertificate {
  cert: string;
  key: string;
  der: Buffer;
  /** SHA-256, hex. */
  fingerprint: string;
}

/** A self-signed P-256 certificate, made by OpenSSL. */
export async function testCertificate(name: string): Promise<TestCertificate> {
  const folder = mkdtempSync(join(tmpdir(), 'sifaka-source-network-'));
  try {
    const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', 'key.pem'];
    await promisify(execFile)('openssl', ['req', '-x509', ...key, '-subj', `/CN=${name}`, '-addext', `subjectAltName=DNS:${name}`, '-days', '30', '-out', 'cert.pem'], { cwd: folder });
    const cert = readFileSync(join(folder, 'cert.pem'), 'utf8');
    const der = Buffer.from(cert.replace(/-----[^-]+-----/g, ''), 'base64');
    return { cert, key: readFileSync(join(folder, 'key.pem'), 'utf8'), der, fingerprint: createHash('sha256').update(der).digest('hex') };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
