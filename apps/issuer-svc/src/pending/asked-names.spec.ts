import { describe, expect, it } from '@jest/globals';
import type { GeneralName } from '@sifaka/pki';
import { askedNames } from './asked-names.js';
import { identifiersOf } from './pending-certificate.js';

const names = (commonName: string | null, ...subjectAltNames: GeneralName[]) => askedNames({ commonName, extensions: { subjectAltNames } });
const dns = (value: string): GeneralName => ({ type: 'dns', value });

describe('names that are asked for', () => {
  it('begin with a common name that is a host, and come once in whatever case', () => {
    expect(names('shop.corp.test', dns('www.corp.test'), dns('SHOP.corp.test'), dns('WWW.corp.test'))).toEqual(['shop.corp.test', 'www.corp.test']);
    expect(names('*.corp.test')).toEqual(['*.corp.test']);
  });

  it('leave out a common name that is a person or a word, and what no order knows', () => {
    expect(names('Ada Lovelace', dns('a.corp.test'), { type: 'email', value: 'ada@corp.test' }, { type: 'network', value: '192.0.2.0/24' })).toEqual(['a.corp.test']);
    expect(names('localhost')).toEqual([]);
    expect(names(null)).toEqual([]);
  });

  it('have one form', () => {
    expect(names('2001:DB8:0:0::1', { type: 'ip', value: '2001:db8::1' })).toEqual(['2001:db8::1']);
    expect(names('b\u00fccher.test', dns('xn--bcher-kva.test'))).toEqual(['xn--bcher-kva.test']);
  });

  it('are identifiers of RFC 8555 and RFC 8738', () => {
    expect(identifiersOf(['shop.corp.test', '192.0.2.1', '2001:db8::1'])).toEqual([
      { type: 'dns', value: 'shop.corp.test' },
      { type: 'ip', value: '192.0.2.1' },
      { type: 'ip', value: '2001:db8::1' },
    ]);
  });
});
