import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { certificatePem } from '@sifaka/pki';
import { testContext, testRequest } from '@sifaka/plugin-sdk/conformance';
import plugin from '../src/index.js';
import { anAuthority } from './an-authority.js';

const verify = (certificateDer: Uint8Array, chainDer: readonly Uint8Array[], ...args: string[]): string => {
  const folder = mkdtempSync(join(tmpdir(), 'sifaka-issuer-'));
  const file = (name: string, content: string) => {
    writeFileSync(join(folder, name), content);
    return join(folder, name);
  };
  try {
    const root = file('root.pem', certificatePem(chainDer.at(-1)!));
    const between = file('chain.pem', chainDer.slice(0, -1).map(certificatePem).join('\n'));
    const time = String(Date.parse('2026-12-01T00:00:00Z') / 1000);
    return execFileSync('openssl', ['verify', '-x509_strict', '-attime', time, ...args, '-CAfile', root, '-untrusted', between, file('leaf.pem', certificatePem(certificateDer))], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

describe('OpenSSL, strictly,', () => {
  it.each(['RSA2048', 'ECCPRIME256V1', 'ECCSECP384R1', 'ED25519'])('verifies a path of %s authorities', async (keyType) => {
    const issuer = plugin.create({}, testContext());
    const root = await anAuthority(issuer, { name: 'Root CA', keyType });
    const issuing = await anAuthority(issuer, { name: 'Issuing CA', keyType, parent: root, extensions: { basicConstraints: { isCa: true, pathLength: 0 } } });
    const outcome = await issuer.createCertificate(testRequest(issuing));
    if (outcome.status !== 'issued') throw new Error(outcome.status);
    expect(verify(outcome.certificateDer, outcome.chainDer, '-purpose', 'sslserver', '-verify_hostname', 'api.example.test')).toContain('OK');
    expect(() => verify(outcome.certificateDer, outcome.chainDer, '-verify_hostname', 'other.example.test')).toThrow();
  });
});
