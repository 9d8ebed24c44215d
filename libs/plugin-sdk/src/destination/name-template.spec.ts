import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { testPath } from '../conformance/test-path.js';
import { fromStart } from '../options/option-schemas.js';
import { nameByTemplate, nameTemplatePattern } from './name-template.js';

const { certificateDer } = testPath('ECCPRIME256V1');
const named = (commonName: string | null) => ({ name: 'shop-2026', commonName, certificateDer });

describe('names by template', () => {
  it.each([
    ['{CN}.crt', 'shop.example.test', 'shop.example.test.crt'],
    ['tls/{CN}/{CN}.pem', '*.example.test', 'tls/wildcard.example.test/wildcard.example.test.pem'],
    ['{CN}', '../../etc/passwd', '.._.._etc_passwd'],
    ['{CN}', null, 'shop-2026'],
    ['fixed', 'shop.example.test', 'fixed'],
  ])('%s of %s is %s', (template, commonName, expected) => {
    expect(nameByTemplate(template, named(commonName))).toBe(expected);
  });

  it('say what the subject lacks', () => {
    expect(() => nameByTemplate('{OU}/{CN}', named('shop.example.test'))).toThrow(/"shop-2026" has no OU in its subject/);
  });

  it('lead nowhere', () => {
    for (const commonName of ['..', '.']) expect(() => nameByTemplate('a/{CN}', named(commonName))).toThrow(/is no path/);
  });

  it('have as many segments as their template, whatever the subject', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, unit: 'binary' }), (commonName) => {
        try {
          expect(nameByTemplate('a/{CN}/b', named(commonName)).split('/')).toHaveLength(3);
        } catch (error) {
          expect(String(error)).toMatch(/is no path/);
        }
      }),
    );
  });

  it.each(['{CN}.crt', 'a/b-{OU}/{CN}', '{C}{S}'])('%s may be an option', (template) => expect(fromStart(nameTemplatePattern).test(template)).toBe(true));
  it.each(['', '/{CN}', 'a//b', '{X}', '{CN', 'a/', '{CN} x'])('"%s" may not', (template) => expect(fromStart(nameTemplatePattern).test(template)).toBe(false));
});
