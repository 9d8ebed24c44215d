import { describe, expect, it } from '@jest/globals';
import { AppError, limits } from '@sifaka/kernel';
import { readJsonBody } from './json-body.js';

const read = (text: string, type = 'application/json') => readJsonBody(Buffer.from(text), type);

function refusalOf(work: () => unknown): AppError {
  try {
    work();
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

describe('readJsonBody', () => {
  it('reads an object', () => {
    expect(read('{"a":1}')).toEqual({ a: 1 });
  });

  it.each(['application/json; charset=utf-8', 'application/vnd.api+json', 'APPLICATION/JSON'])('accepts %s', (type) => {
    expect(read('{}', type)).toEqual({});
  });

  it.each(['text/plain', 'application/x-www-form-urlencoded', 'application/jsonp'])('refuses %s by its name', (type) => {
    const error = refusalOf(() => read('{}', type));
    expect(error.reason).toBe('http.unsupported_media_type');
    expect(error.message).toContain(type);
  });

  it.each(['null', '0', 'false', '""', '[]'])('takes the falsy %s for an empty object', (text) => {
    expect(read(text)).toEqual({});
  });

  it.each(['[1]', '"text"', '7'])('refuses %s, which is no object', (text) => {
    expect(refusalOf(() => read(text)).reason).toBe('http.invalid_json');
  });

  it.each(['', '{', '{"a":}', '{"a":1}x'])('refuses what is not JSON: %s', (text) => {
    expect(refusalOf(() => read(text)).reason).toBe('http.invalid_json');
  });

  it.each(['{"a":"\\ud800"}', '{"\\udfff":1}', '{"a":["\\ud83e x"]}'])('refuses half a surrogate pair: %s', (text) => {
    expect(refusalOf(() => read(text)).message).toContain('surrogate');
    expect(read('{"a":"\\ud83e\\udd8a"}')).toEqual({ a: '🦊' });
  });

  it('refuses what is not UTF-8', () => {
    for (const bytes of [[0xff, 0xfe, 0x7b], [0x22, 0xc0, 0x80, 0x22], [0xed, 0xa0, 0x80]]) {
      expect(refusalOf(() => readJsonBody(Buffer.from(bytes), 'application/json')).message).toContain('UTF-8');
    }
  });

  it('refuses nesting beyond the limit before parsing it', () => {
    const depth = limits.jsonDepth + 1;
    expect(refusalOf(() => read(`{"a":${'['.repeat(200_000)}`)).message).toContain(String(limits.jsonDepth));
    expect(refusalOf(() => read(`${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`)).message).toContain('nested');
    expect(read(`{"a":"${'['.repeat(100)}\\"{"}`)).toEqual({ a: `${'['.repeat(100)}"{` });
  });

  it('refuses keys that reach into prototypes, and the character that no text column holds', () => {
    expect(refusalOf(() => read('{"__proto__":{"admin":true}}')).message).toContain('__proto__');
    expect(refusalOf(() => read('{"name":"a\\u0000b"}')).message).toContain('"name"');
  });
});
