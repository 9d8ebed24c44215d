import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { pkiLimits } from '../pki-limits.js';
import { faultOf } from '../test/builders.js';
import { decodeOnePem, decodePem, derFrom, encodePem } from './pem.js';

const block = encodePem('CERTIFICATE', Buffer.alloc(100, 1));

describe('encodePem', () => {
  it('writes lines of 64 characters and no newline at the end', () => {
    expect(block.split('\n').map((line) => line.length)).toEqual([27, 64, 64, 8, 25]);
    expect(block.endsWith('-----END CERTIFICATE-----')).toBe(true);
  });

  it('comes back byte for byte', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 500 }), (bytes) => {
        expect(decodePem(encodePem('X', bytes)).map(({ bytes: read }) => read.toString('hex'))).toEqual([Buffer.from(bytes).toString('hex')]);
      }),
    );
  });
});

describe('decodePem', () => {
  it('takes CRLF, text before, between and after, spaces at line ends, blank lines', () => {
    const text = `Bag Attributes\r\n    friendlyName: x\r\n${block.replaceAll('\n', '  \r\n')}\r\n\r\nsubject=/CN=x\r\n${block}\n\n trailing`;
    expect(decodePem(text).map(({ label, bytes }) => [label, bytes.length])).toEqual([['CERTIFICATE', 100], ['CERTIFICATE', 100]]);
  });

  it('takes one long line', () => expect(decodePem(`-----BEGIN X-----\n${Buffer.alloc(300).toString('base64')}\n-----END X-----`)[0]?.bytes.length).toBe(300));

  it('reads the headers of encrypted keys', () => {
    const [key] = decodePem('-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,00FF\n\nAAAA\n-----END RSA PRIVATE KEY-----');
    expect(key).toMatchObject({ label: 'RSA PRIVATE KEY', headers: { 'Proc-Type': '4,ENCRYPTED', 'DEK-Info': 'AES-256-CBC,00FF' } });
  });

  it('finds nothing in text without blocks', () => expect(decodePem('hello\n----- nothing -----')).toEqual([]));

  it.each([
    ['no end', '-----BEGIN X-----\nAAAA'],
    ['another end', '-----BEGIN X-----\nAAAA\n-----END Y-----'],
    ['a begin inside', '-----BEGIN X-----\nAAAA\n-----BEGIN X-----\nAAAA\n-----END X-----'],
    ['no content', '-----BEGIN X-----\n-----END X-----'],
    ['other characters', '-----BEGIN X-----\nAA*A\n-----END X-----'],
    ['wrong padding', '-----BEGIN X-----\nAAAAA\n-----END X-----'],
    ['bits behind the end', '-----BEGIN X-----\nAB==\n-----END X-----'],
    ['the URL alphabet', '-----BEGIN X-----\n_-_-\n-----END X-----'],
  ])('refuses %s', (_case, text) => expect(faultOf(() => decodePem(text)).code).toBe('invalid_argument'));

  it('refuses too much text and too many blocks', () => {
    expect(faultOf(() => decodePem(' '.repeat(pkiLimits.pemChars + 1))).message).toContain('limit');
    const many = Array.from({ length: pkiLimits.pemBlocks + 1 }, () => '-----BEGIN X-----\nAAAA\n-----END X-----').join('\n');
    expect(faultOf(() => decodePem(many)).message).toContain('more than');
  });
});

describe('one block', () => {
  it('is the only one with the label', () => {
    expect(decodeOnePem(`${encodePem('OTHER', Buffer.of(9))}\n${block}`, 'CERTIFICATE').bytes.length).toBe(100);
    expect(faultOf(() => decodeOnePem(`${block}\n${block}`, 'CERTIFICATE')).message).toContain('2 PEM blocks');
    expect(faultOf(() => decodeOnePem('x', 'A', 'B')).message).toContain('"A" or "B"');
  });

  it('is not asked for in DER', () => expect(derFrom(Uint8Array.of(1, 2), 'X')).toEqual(Buffer.of(1, 2)));
});
