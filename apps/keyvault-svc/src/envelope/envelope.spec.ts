import { randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Keyring } from '../master-key/keyring.js';
import { LocalMasterKey } from '../master-key/master-key.js';
import { Envelope, type RowIdentity, type Sealed } from './envelope.js';

const first = new LocalMasterKey(randomBytes(32));
const second = new LocalMasterKey(randomBytes(32));
const envelope = new Envelope(new Keyring([first]));
const identity: RowIdentity = { table: 'key', id: '6f1f5c1e-6b7e-4c60-8f5e-0d3f6f6f6f6f', owner: 'issuer', purpose: 'certificate' };
const plaintext = Buffer.from('a private key');

const flip = (bytes: Buffer, bit: number): Buffer => {
  const copy = Buffer.from(bytes);
  const at = (bit >> 3) % copy.length;
  copy[at] = copy[at]! ^ (1 << (bit & 7));
  return copy;
};

describe('envelope', () => {
  it('opens what it sealed, whatever that is', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 5_000 }), (bytes) => {
        expect(envelope.open(envelope.seal(bytes, identity), identity).equals(bytes)).toBe(true);
      }),
      { numRuns: 50 },
    );
  });

  it('never makes the same bytes twice', () => {
    const [one, other] = [envelope.seal(plaintext, identity), envelope.seal(plaintext, identity)];
    expect(one.ciphertext.equals(other.ciphertext)).toBe(false);
    expect(one.wrappedKey.equals(other.wrappedKey)).toBe(false);
  });

  it('keeps the plaintext out of what it makes', () => {
    const { ciphertext, wrappedKey } = envelope.seal(plaintext, identity);
    expect(Buffer.concat([ciphertext, wrappedKey]).includes(plaintext)).toBe(false);
  });

  it('refuses every change of a single bit', () => {
    const sealed = envelope.seal(plaintext, identity);
    fc.assert(
      fc.property(fc.nat({ max: 4_095 }), fc.boolean(), (bit, inContent) => {
        const changed: Sealed = inContent
          ? { ...sealed, ciphertext: flip(sealed.ciphertext, bit) }
          : { ...sealed, wrappedKey: flip(sealed.wrappedKey, bit) };
        expect(() => envelope.open(changed, identity)).toThrow('internal error');
      }),
    );
  });

  it.each([0, 1, 28, 29])('refuses content cut to %i bytes', (length) => {
    const sealed = envelope.seal(plaintext, identity);
    expect(() => envelope.open({ ...sealed, ciphertext: sealed.ciphertext.subarray(0, length) }, identity)).toThrow('internal error');
    expect(() => envelope.open({ ...sealed, wrappedKey: sealed.wrappedKey.subarray(0, length) }, identity)).toThrow('internal error');
  });

  it.each<Partial<RowIdentity>>([
    { table: 'secret' },
    { id: '00000000-6b7e-4c60-8f5e-0d3f6f6f6f6f' },
    { owner: 'acme' },
    { purpose: 'authority' },
  ])('refuses a row that was moved to %j', (difference) => {
    const sealed = envelope.seal(plaintext, identity);
    expect(() => envelope.open(sealed, { ...identity, ...difference })).toThrow('internal error');
  });

  it('refuses the data key of one row beside the content of another', () => {
    const [one, other] = [envelope.seal(plaintext, identity), envelope.seal(plaintext, identity)];
    expect(() => envelope.open({ ...one, wrappedKey: other.wrappedKey }, identity)).toThrow('internal error');
  });

  it('writes with the first master key and reads with all', () => {
    const old = new Envelope(new Keyring([second])).seal(plaintext, identity);
    const both = new Envelope(new Keyring([first, second]));
    expect(both.seal(plaintext, identity).masterKey).toBe(first.fingerprint);
    expect(both.open(old, identity)).toEqual(plaintext);
  });

  it('refuses a row that claims another master key than the one that wrapped it', () => {
    const both = new Envelope(new Keyring([first, second]));
    expect(() => both.open({ ...both.seal(plaintext, identity), masterKey: second.fingerprint }, identity)).toThrow('internal error');
  });

  it('moves a row to the writing master key without touching its content', () => {
    const old = new Envelope(new Keyring([second])).seal(plaintext, identity);
    const moved = new Envelope(new Keyring([first, second])).rewrap(old, identity);
    expect(moved.ciphertext).toBe(old.ciphertext);
    expect(envelope.open(moved, identity)).toEqual(plaintext);
  });

  it('tells nothing but table and id when a row cannot be read', () => {
    const sealed = envelope.seal(plaintext, identity);
    try {
      new Envelope(new Keyring([second])).open(sealed, identity);
      throw new Error('opened');
    } catch (error) {
      expect(error).toMatchObject({ code: 'internal', message: 'internal error' });
      expect(String((error as Error).cause)).toContain(`master key ${first.fingerprint} is not among those given (${second.fingerprint})`);
    }
  });
});
