import { expect } from '@jest/globals';
import { certificatePem } from '@sifaka/pki';
import { describeExporter, describeWith, runPeer } from '@sifaka/plugin-sdk/conformance';
import plugin from '../src/index.js';

describeWith('openssl')('opened by OpenSSL', () => {
  describeExporter({
    plugin,
    options: [],
    inspect: (file, { certificateDer }) => {
      expect(runPeer('openssl', ['x509', '-inform', 'DER', '-in', '@a.der'], { 'a.der': file.data }).trim()).toBe(certificatePem(certificateDer));
      expect(file).toMatchObject({ extension: 'der', passphrase: null });
    },
  });
});
