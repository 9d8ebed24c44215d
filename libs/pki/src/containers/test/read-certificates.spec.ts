import { randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { AppError } from '@sifaka/kernel';
import fc from 'fast-check';
import { encodePem } from '../../der/pem.js';
import { toPkcs8Pem } from '../../keys/private-key.js';
import { decryptRc2 } from '../encryption/rc2.js';
import { encodeJks, readJksCertificates } from '../jks/jks.js';
import { encodePkcs12 } from '../pkcs12/encode-pkcs12.js';
import { parsePkcs12, readPkcs12Certificates } from '../pkcs12/parse-pkcs12.js';
import { aPath, keysOfEachType } from './a-path.js';
import { describeWith, keytoolForBytes, runForBytes } from './peer.js';

const path = aPath(keysOfEachType[1]![1]);
const pem = (der: Uint8Array) => `${encodePem('CERTIFICATE', der)}\n`;
const files = { crt: pem(path.certificateDer), key: `${toPkcs8Pem(path.privateKey)}\n`, chain: path.chainDer.map(pem).join('') };
const certificates = [path.certificateDer, ...path.chainDer];

describe('certificates of PKCS#12 files', () => {
  it('are read from what is written here, and which of them has its key', async () => {
    const { privateKey, certificateDer, chainDer } = path;
    const file = await encodePkcs12({ privateKey, certificateDer, chainDer, friendlyName: 'www', passphrase: 'secret', form: 'modern', random: randomBytes });
    const read = await readPkcs12Certificates(file, 'secret');
    expect(read.map(({ certificateDer }) => certificateDer)).toEqual(certificates.map((der) => Buffer.from(der)));
    expect(read.map(({ hasKey }) => hasKey)).toEqual([true, false, false]);
  });
});

describeWith('openssl')('certificates of PKCS#12 files of OpenSSL', () => {
  const exported = (...options: string[]) => runForBytes('openssl', ['pkcs12', '-export', '-in', '@crt', '-inkey', '@key', '-certfile', '@chain', '-passout', 'pass:secret', ...options], files);

  it.each([
    ['PBES2 with AES', []],
    ['RC2 with 40 bits', ['-legacy', '-certpbe', 'PBE-SHA1-RC2-40', '-keypbe', 'PBE-SHA1-3DES']],
    ['RC2 with 128 bits', ['-legacy', '-certpbe', 'PBE-SHA1-RC2-128', '-keypbe', 'PBE-SHA1-RC2-128']],
    ['triple DES', ['-certpbe', 'PBE-SHA1-3DES', '-keypbe', 'PBE-SHA1-3DES', '-macalg', 'sha1']],
    ['no encryption', ['-certpbe', 'NONE']],
  ])('are read under %s', async (_name, options) => {
    const read = await readPkcs12Certificates(exported(...options), 'secret');
    expect(read.map(({ certificateDer, hasKey }) => [certificateDer, hasKey])).toEqual([[path.certificateDer, true], [path.chainDer[0], false], [path.chainDer[1], false]]);
  });

  it('are read though the key is under a cipher that nobody reads', async () => {
    const file = exported('-legacy', '-certpbe', 'PBE-SHA1-3DES', '-keypbe', 'PBE-SHA1-RC4-128');
    expect(await readPkcs12Certificates(file, 'secret')).toHaveLength(3);
    await expect(parsePkcs12(file, 'secret')).rejects.toThrow(/RC4/);
  });

  it('stay closed to another passphrase', async () => {
    await expect(readPkcs12Certificates(exported('-legacy', '-certpbe', 'PBE-SHA1-RC2-40'), 'other')).rejects.toMatchObject({ code: 'invalid_argument', fields: [{ path: 'passphrase' }] });
  });

  it('are refused when opening them would take too many rounds', async () => {
    await expect(readPkcs12Certificates(exported('-iter', '1100000'), 'secret')).rejects.toThrow(/rounds/);
  });

  it.each([40, 64, 128])('RC2 with %i bits gives back what OpenSSL hides', (bits) => {
    const key = randomBytes(bits / 8);
    const iv = randomBytes(8);
    for (const length of [0, 1, 7, 8, 9, 200]) {
      const plain = randomBytes(length);
      const name = bits === 128 ? '-rc2-cbc' : `-rc2-${bits}-cbc`;
      const hidden = runForBytes('openssl', ['enc', '-provider', 'legacy', '-provider', 'default', name, '-K', key.toString('hex'), '-iv', iv.toString('hex'), '-in', '@plain'], { plain });
      expect(decryptRc2(key, bits, iv, hidden)).toEqual(plain);
    }
  });
});

describe('certificates of Java key stores', () => {
  it('are read without a passphrase, and without the key', () => {
    const createdAt = new Date('2026-11-21T10:00:00Z');
    const store = encodeJks([{ kind: 'key', alias: 'www', createdAt, privateKey: path.privateKey, certificatesDer: certificates }, { kind: 'trusted', alias: 'root', createdAt, certificateDer: path.chainDer[1] }], 'secret', randomBytes);
    expect(readJksCertificates(store)).toEqual([
      { kind: 'key', alias: 'www', certificatesDer: certificates },
      { kind: 'trusted', alias: 'root', certificatesDer: [path.chainDer[1]] },
    ]);
  });

  it('are not found in other files, whatever they hold', () => {
    const header = Buffer.from('feedfeed00000002', 'hex');
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        for (const file of [Buffer.from(bytes), Buffer.concat([header, bytes])]) {
          try {
            readJksCertificates(file);
          } catch (error) {
            expect(error).toBeInstanceOf(AppError);
          }
        }
      }),
    );
  });
});

describeWith('keytool')('certificates of key stores of Java', () => {
  it.each(['jks', 'jceks'])('are read from a %s file', (storetype) => {
    const p12 = runForBytes('openssl', ['pkcs12', '-export', '-in', '@crt', '-inkey', '@key', '-certfile', '@chain', '-passout', 'pass:secret', '-name', 'www'], files);
    const store = keytoolForBytes(['-importkeystore', '-noprompt', '-srckeystore', '@p12', '-srcstoretype', 'pkcs12', '-srcstorepass', 'secret', '-deststoretype', storetype, '-deststorepass', 'another'], '-destkeystore', { p12 });
    expect(readJksCertificates(store)).toEqual([{ kind: 'key', alias: 'www', certificatesDer: certificates.map((der) => Buffer.from(der)) }]);
  });

  it('says so when a JCEKS file has secret keys', () => {
    const store = keytoolForBytes(['-genseckey', '-alias', 'aes', '-keyalg', 'AES', '-keysize', '128', '-storetype', 'jceks', '-storepass', 'secret', '-keypass', 'secret'], '-keystore');
    expect(() => readJksCertificates(store)).toThrow(/secret keys/);
  });
});
