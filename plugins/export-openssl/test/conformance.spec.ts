import { describe, expect } from '@jest/globals';
import { certificatePem, fromPkcs8Der, parsePkcs12, toPkcs8Der } from '@sifaka/pki';
import { describeExporter, describeWith, runPeer } from '@sifaka/plugin-sdk/conformance';
import type { ExportedFile, ExportInput } from '@sifaka/plugin-sdk';
import plugin from '../src/index.js';
import { legacyType, modernType } from '../src/options.js';

const readBack = async (file: ExportedFile, { certificateDer, chainDer, privateKeyPkcs8Der }: ExportInput) => {
  const { keys, certificates } = await parsePkcs12(file.data, file.passphrase ?? '');
  expect(keys.map(({ privateKey }) => toPkcs8Der(privateKey))).toEqual([toPkcs8Der(fromPkcs8Der(privateKeyPkcs8Der!))]);
  expect(certificates.map((entry) => entry.certificateDer)).toEqual([certificateDer, ...chainDer]);
};

describe.each([modernType, legacyType])('as "%s"', (type) => {
  describeExporter({ plugin, options: [{ name: 'type', value: type }], inspect: readBack });
});

describeWith('openssl')('opened by OpenSSL', () => {
  describe.each([
    [modernType, []],
    [legacyType, ['-legacy']],
  ])('as "%s"', (type, extra) => {
    describeExporter({
      plugin,
      options: [{ name: 'type', value: type }],
      inspect: (file, { certificateDer, chainDer, privateKeyPkcs8Der }) => {
        const printed = runPeer('openssl', ['pkcs12', '-in', '@a.p12', '-passin', `pass:${String(file.passphrase)}`, '-nodes', ...extra], { 'a.p12': file.data });
        for (const der of [certificateDer, ...chainDer]) expect(printed).toContain(certificatePem(der));
        expect(printed).toContain(fromPkcs8Der(privateKeyPkcs8Der!).export({ format: 'pem', type: 'pkcs8' }));
      },
    });
  });
});
