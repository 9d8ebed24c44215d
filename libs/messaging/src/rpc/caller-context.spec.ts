import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { AppError, fixedClock } from '@sifaka/kernel';
import type { Principal } from '@sifaka/contracts';
import fc from 'fast-check';
import { CallerContextSigner, CallerContextVerifier, signCallerContext, verifyCallerContext } from './caller-context.js';

const { privateKey, publicKey } = generateKeyPairSync('ed25519');
const now = new Date('2026-03-01T12:00:00Z');
const later = (ms: number) => new Date(now.getTime() + ms);

const principals: fc.Arbitrary<Principal> = fc.oneof(
  fc.record({ kind: fc.constant('system' as const), service: fc.constant('gateway' as const) }),
  fc.record({
    kind: fc.constant('user' as const),
    userId: fc.nat(),
    username: fc.string(),
    email: fc.string(),
    roles: fc.array(fc.record({ id: fc.nat(), name: fc.string() }), { maxLength: 20 }),
    apiKeyId: fc.option(fc.nat()),
    sourceIp: fc.option(fc.ipV6()),
    userAgent: fc.option(fc.string({ unit: 'grapheme' })),
  }),
);
const alice: Principal = {
  kind: 'user',
  userId: 1,
  username: 'alice',
  email: 'a@b.c',
  roles: [],
  apiKeyId: null,
  sourceIp: null,
  userAgent: null,
};

describe('a signed caller context', () => {
  it('gives back the principal it was made for', () => {
    fc.assert(
      fc.property(principals, (principal) =>
        expect(verifyCallerContext(publicKey, signCallerContext(privateKey, principal, now), now)).toEqual(principal),
      ),
    );
  });

  it('is refused when a single character differs', () => {
    const token = signCallerContext(privateKey, alice, now);
    fc.assert(
      fc.property(fc.nat(token.length - 1), fc.constantFrom('A', 'a', '0', '-', '_', '.', '=', '%'), (at, character) => {
        fc.pre(token[at] !== character);
        const forged = token.slice(0, at) + character + token.slice(at + 1);
        expect(() => verifyCallerContext(publicKey, forged, now)).toThrow(AppError);
      }),
    );
  });

  it('is refused when it is any other text', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.string().map((text) => `v1.${text}.${text}`),
        ),
        (text) => expect(() => verifyCallerContext(publicKey, text, now)).toThrow(AppError),
      ),
    );
  });

  it('is refused when another key signed it', () => {
    const token = signCallerContext(generateKeyPairSync('ed25519').privateKey, alice, now);
    expect(() => verifyCallerContext(publicKey, token, now)).toThrow('not signed by the gateway');
  });

  it('lives for 60 seconds and five more for clocks that differ', () => {
    const token = signCallerContext(privateKey, alice, now);
    expect(verifyCallerContext(publicKey, token, later(65_000))).toEqual(alice);
    expect(() => verifyCallerContext(publicKey, token, later(65_001))).toThrow('has expired');
    expect(verifyCallerContext(publicKey, token, later(-5_000))).toEqual(alice);
    expect(() => verifyCallerContext(publicKey, token, later(-5_001))).toThrow('is from the future');
  });

  it('is refused when it names another service: the gateway speaks for users and for itself', () => {
    const token = signCallerContext(privateKey, { kind: 'system', service: 'keyvault' }, now);
    expect(() => verifyCallerContext(publicKey, token, now)).toThrow('speaks for service keyvault');
  });

  it('that would be too large for a message header is not made', () => {
    const roles = Array.from({ length: 1_000 }, (_, id) => ({ id, name: `role number ${id}` }));
    expect(() => signCallerContext(privateKey, { ...alice, roles }, now)).toThrow('too many roles');
  });
});

describe('the caches', () => {
  it('sign anew when the clock was set back: a token from the future is refused', () => {
    const clock = fixedClock(now);
    const signer = new CallerContextSigner(privateKey, clock);
    const token = signer.token(alice);
    clock.advance(-3_600_000);
    expect(signer.token(alice)).not.toBe(token);
    expect(verifyCallerContext(publicKey, signer.token(alice), clock.now())).toEqual(alice);
  });

  it('sign one principal once in twenty seconds', () => {
    const clock = fixedClock(now);
    const signer = new CallerContextSigner(privateKey, clock);
    const first = signer.token(alice);
    clock.advance(19_999);
    expect(signer.token({ ...alice })).toBe(first);
    clock.advance(1);
    expect(signer.token(alice)).not.toBe(first);
  });

  it('never make a principal with other roles share a token', () => {
    const signer = new CallerContextSigner(privateKey, fixedClock(now));
    expect(signer.token({ ...alice, roles: [{ id: 1, name: 'admin' }] })).not.toBe(signer.token(alice));
  });

  it('do not outlive the token', () => {
    const clock = fixedClock(now);
    const verifier = new CallerContextVerifier(publicKey, clock);
    const token = signCallerContext(privateKey, alice, now);
    expect(verifier.principal(token)).toEqual(alice);
    clock.advance(65_001);
    expect(() => verifier.principal(token)).toThrow('has expired');
  });
});
