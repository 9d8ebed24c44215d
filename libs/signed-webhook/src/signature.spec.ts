import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { signatureHeaders, signatureOf, verify } from './signature.js';

const secret = 'open sesame, said Ali Baba';
const at = new Date('2026-11-21T10:00:00Z');
const later = (ms: number) => new Date(at.getTime() + ms);

const signed = (content: string, key = secret) => {
  const { 'x-sifaka-timestamp': timestamp, 'x-sifaka-signature': signature } = signatureHeaders(key, at, content);
  return { timestamp, signature, content };
};

describe('a signed message', () => {
  it('has the HMAC-SHA256 of seconds, a dot and the body', () => {
    // printf '1795255200.{"a":1}' | openssl dgst -sha256 -hmac key
    expect(signatureHeaders('key', at, '{"a":1}')).toEqual({ 'x-sifaka-timestamp': '1795255200', 'x-sifaka-signature': signatureOf('key', '1795255200', '{"a":1}') });
    expect(signatureOf('key', '1795255200', '{"a":1}')).toBe('sha256=1fb00f969ec5cbae664b48b69fd5a37cef3f939cece359305c86b5388ccd3fd7');
  });

  it('is believed with any of the secrets, whatever it says', () => {
    fc.assert(fc.property(fc.string(), fc.string(), (content, other) => expect(verify([`${other}x`, secret], signed(content), at)).toBe('ok')));
  });

  it('is not believed when a letter of it, its time or its secret is another', () => {
    const message = signed('{"event":"expiration"}');
    expect(verify([secret], { ...message, content: '{"event":"Expiration"}' }, at)).toBe('forged');
    expect(verify([secret], { ...message, timestamp: '1795255201' }, at)).toBe('forged');
    expect(verify(['another secret'], message, at)).toBe('forged');
    expect(verify([], message, at)).toBe('forged');
    expect(verify([secret], { ...message, signature: message.signature.slice(0, -1) }, at)).toBe('forged');
  });

  it.each([
    ['no time', { timestamp: null }],
    ['no signature', { signature: null }],
    ['a time that is none', { timestamp: '1e9' }],
  ])('with %s is not signed', (_what, change) => {
    expect(verify([secret], { ...signed('x'), ...change }, at)).toBe('unsigned');
  });

  it('is not believed again after five minutes, nor before its time', () => {
    const message = signed('x');
    expect([299_999, 300_001, -299_999, -300_001].map((ms) => verify([secret], message, later(ms)))).toEqual(['ok', 'too_old', 'ok', 'too_new']);
    expect(verify([secret], message, later(20_000), 10_000)).toBe('too_old');
  });
});
