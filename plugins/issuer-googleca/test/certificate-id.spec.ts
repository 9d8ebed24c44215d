import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { certificateId, requestUuid } from '../src/certificate-id.js';

const uuid = '0192f0c4-7a10-7000-8000-000000000001';

describe('the id of a certificate', () => {
  it('says in lower case whom the certificate is for', () => {
    expect(certificateId('WWW.Example.test', uuid)).toMatch(/^www_example_test-[0-9a-f]{46}$/);
    expect(certificateId('*.example.test', uuid)).toMatch(/^__example_test-/);
    expect(certificateId('', uuid)).toMatch(/^certificate-/);
  });

  it('keeps fifty characters of a long name', () => {
    expect(certificateId(`${'a'.repeat(60)}.test`, uuid)).toMatch(/^a{50}-[0-9a-f]{12}$/);
  });

  it('differs where the beginnings of two requests are the same', () => {
    const name = 'a'.repeat(64);
    expect(certificateId(name, uuid)).not.toBe(certificateId(name, '0192f0c4-7a10-7000-8000-000000000002'));
  });

  it('is one that Google takes, and the same again, whatever is asked', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (name, requestId) => {
        expect(certificateId(name, requestId)).toMatch(/^[a-zA-Z0-9_-]{1,63}$/);
        expect(certificateId(name, requestId)).toBe(certificateId(name, requestId));
      }),
    );
  });
});

describe('the id of a request', () => {
  it('is the request’s own where that is a UUID, and else one made of it', () => {
    expect(requestUuid(uuid.toUpperCase())).toBe(uuid);
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(requestUuid(text)).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/);
      }),
    );
  });

  it('is never the zero UUID, which Google refuses', () => {
    expect(requestUuid('00000000-0000-0000-0000-000000000000')).not.toMatch(/^[0-]+$/);
  });
});
