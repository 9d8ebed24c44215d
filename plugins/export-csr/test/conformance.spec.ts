import { describe, expect, it } from '@jest/globals';
import { certificatePem, parseCertificate, parseCsr, verifyCsr } from '@sifaka/pki';
import { describeExporter, describeWith, runPeer, testContext, testNames, testPath } from '@sifaka/plugin-sdk/conformance';
import type { ExportInput } from '@sifaka/plugin-sdk';
import plugin from '../src/index.js';

describeExporter({
  plugin,
  options: [],
  inspect: (file, { certificateDer }) => {
    const certificate = parseCertificate(certificateDer);
    const request = parseCsr(Buffer.from(file.data).toString());
    expect(file).toMatchObject({ extension: 'csr', passphrase: null });
    expect(verifyCsr(request)).toBe('valid');
    expect(request.subjectDer).toEqual(certificate.subjectDer);
    expect(request.spki).toEqual(certificate.spki);
    expect(request.sans.map((name) => name.type === 'dns' && name.value)).toEqual(testNames);
    expect(request.extensions.extendedKeyUsage).toEqual(certificate.extensions.extendedKeyUsage);
  },
});

const path = testPath('ECCPRIME256V1');
const exported = async (input: ExportInput) => Buffer.from((await plugin.create({}, testContext()).export(input)).data).toString();

describe('openssl-csr', () => {
  it('returns the stored request when there is one, key or not', async () => {
    const stored = parseCsr(await exported(path)).der;
    expect(parseCsr(await exported({ ...path, csrDer: stored, privateKeyPkcs8Der: null })).der).toEqual(stored);
  });

  it('makes a new one when the stored request is for another key', async () => {
    const other = parseCsr(await exported(testPath('ECCPRIME256V1'))).der;
    expect(parseCsr(await exported({ ...path, csrDer: other })).spki).toEqual(parseCertificate(path.certificateDer).spki);
  });
});

describeWith('openssl')('OpenSSL', () => {
  it.each(['RSA2048', 'ECCPRIME256V1', 'ECCSECP384R1', 'ECCSECP521R1', 'ED25519'])('verifies the request for a key of type %s, and sees its names', async (keyType) => {
    const csr = await exported({ ...testPath(keyType), chainDer: [] });
    const printed = runPeer('openssl', ['req', '-in', '@a.csr', '-noout', '-text'], { 'a.csr': csr });
    for (const name of testNames) expect(printed).toContain(`DNS:${name}`);
    expect(printed).toContain('TLS Web Server Authentication');
    // Signing a request is where OpenSSL insists on its self-signature.
    const ca = { 'ca.pem': certificatePem(path.certificateDer), 'ca.key': path.privateKey.export({ format: 'pem', type: 'pkcs8' }) };
    expect(runPeer('openssl', ['x509', '-req', '-in', '@a.csr', '-CA', '@ca.pem', '-CAkey', '@ca.key', '-set_serial', '1'], { ...ca, 'a.csr': csr })).toContain('BEGIN CERTIFICATE');
  });
});
