import { generateKeyPairSync, randomBytes, X509Certificate } from 'node:crypto';
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { assembleCertificate, certificateTemplate, encodeName, randomSerial, signatureAlgorithmFor, subjectFrom } from '@sifaka/pki';
import { pathsIn } from '../src/paths.js';

const algorithm = signatureAlgorithmFor('ECCPRIME256V1', 'sha256');
const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });

/** Made-up signatures: the names alone fit. */
function crossed(count: number): Buffer[] {
  const nameOf = (commonName: string) => encodeName(subjectFrom({ commonName }));
  const asCa = (issuerDer: Buffer) => certificateTemplate({ issuerDer, signatureAlgorithm: algorithm, extensions: { basicConstraints: { isCa: true } } });
  const one = (subject: string, issuer: string) => {
    const spki = publicKey.export({ type: 'spki', format: 'der' });
    const tbs = asCa(nameOf(issuer)).encode({ serial: randomSerial(randomBytes), notBefore: new Date('2026-01-01'), notAfter: new Date('2036-01-01'), subjectDer: nameOf(subject), spki });
    return assembleCertificate(tbs, algorithm, Buffer.from('3006020101020101', 'hex'));
  };
  return Array.from({ length: count }, () => [one('A', 'B'), one('B', 'A')]).flat();
}

afterEach(() => void jest.restoreAllMocks());

describe('paths of a hostile file', () => {
  it('are sought with an end, and nobody else waits for it', async () => {
    const verify = jest.spyOn(X509Certificate.prototype, 'verify');
    let turns = 0;
    const beat = setInterval(() => (turns += 1), 0);
    const paths = await pathsIn(crossed(200)).finally(() => clearInterval(beat));
    expect(paths).toHaveLength(400);
    expect(verify.mock.calls.length).toBeLessThanOrEqual(1_200);
    expect(verify.mock.calls.length).toBeGreaterThan(400);
    expect(turns).toBeGreaterThan(10);
  });
});
