import { describe, expect, it } from '@jest/globals';
import { isAppError } from '@sifaka/kernel';
import fc from 'fast-check';
import { aKey, faultOf, refusedField } from '../test/builders.js';
import { encodeSshTbs, parseSshCertificate, readSshTbs, verifySshCertificate } from './ssh-certificate.js';
import { sshExtensions } from './ssh-options.js';
import { anSshCertificate, sshInput, sshTypes } from './test/ssh-builders.js';

const principal = fc.stringMatching(/^[A-Za-z0-9._@*-]{1,40}$/);
const second = fc.date({ min: new Date(1_000), max: new Date('9999-12-31T23:59:59Z'), noInvalidDate: true }).map((date) => new Date(Math.floor(date.getTime() / 1_000) * 1_000));

describe('an SSH certificate', () => {
  const key = aKey('ED25519');

  it('is read back as it was written', () => {
    const anything = fc.record({
      kind: fc.constantFrom('user' as const, 'host' as const),
      serial: fc.bigInt({ min: 1n, max: (1n << 64n) - 1n }),
      keyId: fc.string({ minLength: 1, maxLength: 60 }).filter((text) => text.trim() !== '' && !/\p{Cc}/u.test(text)),
      principals: fc.uniqueArray(principal, { minLength: 1, maxLength: 10 }),
      notBefore: second,
      notAfter: second,
      criticalOptions: fc.record(
        { forceCommand: fc.stringMatching(/^[!-~][ -~]{0,60}$/), sourceAddress: fc.constantFrom(['192.0.2.0/24'], ['2001:db8::/32', '198.51.100.7']), verifyRequired: fc.constant(true) },
        { requiredKeys: [] },
      ),
      extensions: fc.subarray([...sshExtensions]),
    });
    fc.assert(
      fc.property(anything, (parts) => {
        const read = parseSshCertificate(anSshCertificate({ key, issuer: key, ...parts }));
        expect(read).toMatchObject({ ...parts, spki: key.spki, issuerSpki: key.spki, serialHex: parts.serial.toString(16).toUpperCase(), hash: null });
        expect(verifySshCertificate(read)).toBe(true);
      }),
      { numRuns: 100 },
    );
  });

  it.each(sshTypes.flatMap((type) => sshTypes.map((issuer) => [type, issuer] as const)))('for a key of type %s is signed and verified with one of type %s', (type, issuerType) => {
    const [subject, issuer] = [aKey(type), aKey(issuerType)];
    const blob = anSshCertificate({ key: subject, issuer });
    const read = parseSshCertificate(blob);
    expect(read).toMatchObject({ keyType: type, spki: subject.spki, issuerSpki: issuer.spki });
    expect(verifySshCertificate(read)).toBe(true);
    const other = Buffer.from(blob);
    other.writeUInt8(other.readUInt8(60) ^ 1, 60);
    expect(tampered(other)).not.toBe('verified');
  });

  it('shows its bytes to be signed for what they are', () => {
    expect(readSshTbs(encodeSshTbs(sshInput({ key, issuer: key, serial: 0xabcn })))).toEqual({ serialHex: 'ABC', issuerSpki: key.spki });
    expect(readSshTbs(anSshCertificate())).toBeNull();
    expect(readSshTbs(Buffer.from('3003020101', 'hex'))).toBeNull();
  });

  it('is made for nobody in general, nor with a serial that no revocation list could name', () => {
    expect(refusedField(() => encodeSshTbs(sshInput({ principals: [] })))).toBe('principals');
    expect(refusedField(() => encodeSshTbs(sshInput({ principals: ['root,admin'] })))).toBe('principals');
    expect(refusedField(() => encodeSshTbs(sshInput({ principals: [''] })))).toBe('principals');
    expect(refusedField(() => encodeSshTbs(sshInput({ serial: 0n })))).toBe('serial');
    expect(refusedField(() => encodeSshTbs(sshInput({ keyId: 'two\nlines' })))).toBe('keyId');
    expect(refusedField(() => encodeSshTbs(sshInput({ key: aKey('ECCSECP256K1') })))).toBe('keyType');
  });

  it.each([['10.0.0.1/8'], ['10.0.0.0/255.0.0.0'], ['example.net'], ['192.0.2.0/33'], ['']])('refuses %j as source address', (address) => {
    expect(refusedField(() => encodeSshTbs(sshInput({ criticalOptions: { sourceAddress: [address] } })))).toBe('extensions.ssh.criticalOptions.sourceAddress');
  });

  it('refuses commands of several lines and extensions that OpenSSH does not know', () => {
    expect(refusedField(() => encodeSshTbs(sshInput({ criticalOptions: { forceCommand: 'a\nb' } })))).toBe('extensions.ssh.criticalOptions.forceCommand');
    expect(refusedField(() => encodeSshTbs(sshInput({ extensions: ['permit-everything'] })))).toBe('extensions.ssh.extensions');
  });

  it('is never read from bytes that are something else, and nothing but a refusal comes of them', () => {
    const valid = anSshCertificate({ key, issuer: key });
    fc.assert(
      fc.property(fc.nat(valid.length - 1), fc.integer({ min: 0, max: 255 }), (place, value) => {
        const bytes = Buffer.from(valid);
        bytes[place] = value;
        expect(['verified', 'unverified', 'refused']).toContain(tampered(bytes));
        expect(faultOf(() => parseSshCertificate(valid.subarray(0, place))).code).toBe('invalid_argument');
      }),
    );
  });
});

function tampered(bytes: Buffer): string {
  try {
    return verifySshCertificate(parseSshCertificate(bytes)) ? 'verified' : 'unverified';
  } catch (error) {
    if (isAppError(error) && error.code === 'invalid_argument') return 'refused';
    throw error;
  }
}
