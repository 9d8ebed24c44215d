import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { isSuccess, readViceAnswer } from './vice-answer.js';

describe('an answer of the web services', () => {
  it('is read with or without namespaces and declaration', () => {
    expect(readViceAnswer('<tns:Response xmlns:tns="http://webservices.mpki4ssl.symantec.com"><tns:StatusCode>0x00</tns:StatusCode><tns:Message>certificate approved</tns:Message></tns:Response>')).toEqual({
      code: '0x00',
      message: 'certificate approved',
      certificate: null,
      transactionId: null,
      units: [],
    });
  });

  it('is read where elements have attributes', () => {
    expect(readViceAnswer('<Error><StatusCode type="hex">0x30C5</StatusCode><Message lang="en">no &amp; never</Message></Error>')).toMatchObject({ code: '0x30c5', message: 'no & never' });
  });

  it('keeps the lines of a certificate whose line ends are references', () => {
    expect(readViceAnswer('<Response><StatusCode>0x00</StatusCode><Certificate>-----BEGIN CERTIFICATE-----&#13;\nMIIA&#xD;\n</Certificate></Response>')?.certificate).toBe('-----BEGIN CERTIFICATE-----\nMIIA');
  });

  it('lists units, one or several', () => {
    expect(readViceAnswer('<Response><StatusCode>0x00</StatusCode><Order type="Server" remaining="1" /></Response>')?.units).toEqual([{ type: 'Server', remaining: 1 }]);
    expect(readViceAnswer('<Response><StatusCode>0x00</StatusCode><Order type="Server" remaining="many" /><Order type="HAServer" /></Response>')?.units).toEqual([{ type: 'Server', remaining: null }, { type: 'HAServer', remaining: null }]);
  });

  it.each([
    ['a page', '<html><body>Sign in</body></html>'],
    ['half an answer', '<Response><StatusCode>0x00</Status'],
    ['one that is cut off', '<Response><StatusCode>0x00</StatusCode><Transaction_ID>98345f'],
    ['no XML', '{"success": tr'],
    ['nothing', ''],
    ['no status', '<Response><Message>success</Message></Response>'],
    ['a status that is none', '<Response><StatusCode>OK</StatusCode></Response>'],
    ['a document type', '<!DOCTYPE r [<!ENTITY a "aaaaaaaa">]><Response><StatusCode>0x00</StatusCode><Message>&a;</Message></Response>'],
  ])('is none when it is %s', (_what, text) => {
    expect(readViceAnswer(text)).toBeNull();
  });

  it('never throws, whatever comes', () => {
    fc.assert(fc.property(fc.string(), (text) => expect(() => readViceAnswer(`<Response><StatusCode>0x00</StatusCode>${text}</Response>`)).not.toThrow()));
  });

  it.each([['0x00', true], ['0x0', true], ['0x0000', true], ['0x30c5', false], ['0x000a', false]])('%s is success: %s', (code, expected) => {
    expect(isSuccess({ code })).toBe(expected);
  });
});
