import { describe, expect } from '@jest/globals';
import { certificatePem } from '@sifaka/pki';
import { describeExporter, describeWith, runPeer } from '@sifaka/plugin-sdk/conformance';
import plugin from '../src/index.js';

describeWith('openssl')('opened by OpenSSL', () => {
  describe.each(['PEM', 'DER'])('as %s', (format) => {
    describeExporter({
      plugin,
      options: [{ name: 'format', value: format }],
      inspect: (file, { certificateDer, chainDer }) => {
        const printed = runPeer('openssl', ['pkcs7', '-print_certs', '-inform', format, '-in', '@a.p7b'], { 'a.p7b': file.data });
        const blocks = printed.match(/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g);
        expect(blocks).toEqual([certificateDer, ...chainDer].map((der) => certificatePem(der)));
        expect(file).toMatchObject({ extension: 'p7b', passphrase: null });
      },
    });
  });
});
