import { randomBytes, sign } from 'node:crypto';
import { aKey, type TestKey } from '../../test/builders.js';
import { assembleSshCertificate, encodeSshTbs, type SshCertificateInput } from '../ssh-certificate.js';
import { encodeSshSignature, sshSignatureHash } from '../ssh-signature.js';

/** Types of keys that OpenSSH knows. */
export const sshTypes = ['ED25519', 'ECCPRIME256V1', 'ECCSECP384R1', 'ECCSECP521R1', 'RSA2048'] as const;

export interface AskedSshCertificate extends Partial<Omit<SshCertificateInput, 'spki' | 'issuerSpki'>> {
  key?: TestKey;
  issuer?: TestKey;
}

export function sshInput({ key = aKey('ED25519'), issuer = aKey('ED25519'), ...parts }: AskedSshCertificate = {}): SshCertificateInput {
  return {
    kind: 'user',
    spki: key.spki,
    issuerSpki: issuer.spki,
    serial: 4711n,
    keyId: 'rivera payments@corp.test',
    principals: ['rivera'],
    notBefore: new Date('2026-03-01T08:00:00Z'),
    notAfter: new Date('2046-03-02T08:00:00Z'),
    criticalOptions: {},
    extensions: ['permit-pty'],
    nonce: randomBytes(32),
    ...parts,
  };
}

/** A certificate, signed as the key vault signs. */
export function anSshCertificate(parts: AskedSshCertificate = {}): Buffer {
  const issuer = parts.issuer ?? aKey('ED25519');
  const tbs = encodeSshTbs(sshInput({ ...parts, issuer }));
  return assembleSshCertificate(tbs, encodeSshSignature(issuer.spki, sign(sshSignatureHash(issuer.spki), tbs, issuer.privateKey)));
}
