import { generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import {
  assembleCertificate,
  certificateTemplate,
  encodeName,
  encodePem,
  randomSerial,
  signatureAlgorithmFor,
  subjectFrom,
} from '@sifaka/pki';

/** Self-signed P-256 certificates with their keys, PEM. */
export function testCertificates(count: number): { cert: string; key: string }[] {
  const algorithm = signatureAlgorithmFor('ECCPRIME256V1', 'sha256');
  const notBefore = new Date(Date.now() - 86_400_000);
  const notAfter = new Date(Date.now() + 30 * 86_400_000);
  return Array.from({ length: count }, (_, index) => {
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
    const name = `endpoint-${index}.bench.test`;
    const subjectDer = encodeName(subjectFrom({ commonName: name }));
    const template = certificateTemplate({
      issuerDer: subjectDer,
      signatureAlgorithm: algorithm,
      extensions: { basicConstraints: { isCa: false } },
    });
    const tbs = template.encode({
      serial: randomSerial(randomBytes),
      notBefore,
      notAfter,
      subjectDer,
      spki: publicKey.export({ type: 'spki', format: 'der' }),
      sans: [{ type: 'dns', value: name }],
    });
    const der = assembleCertificate(tbs, algorithm, sign('sha256', tbs, privateKey));
    return { cert: encodePem('CERTIFICATE', der), key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() };
  });
}
