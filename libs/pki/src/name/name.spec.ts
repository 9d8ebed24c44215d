import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { openssl } from '../containers/test/peer.js';
import { integer, oid, printableString, sequence, setOf } from '../der/der-writer.js';
import { aCertificate, faultOf, refusedField } from '../test/builders.js';
import { certificatePem } from '../certificate/parse-certificate.js';
import { encodeName, parseName } from './name-codec.js';
import { nameText } from './name-text.js';
import { commonNameOf, countryOf, locationOf, nameOids, organizationalUnitOf, organizationOf, stateOf, subjectFrom, type Name } from './name.js';
import { isSameName } from './same-name.js';

const corp = subjectFrom({
  email: 'payments@corp.test',
  commonName: 'shop.corp.test',
  organization: 'Corp, AS',
  organizationalUnit: 'Platform',
  country: 'NO',
  state: 'Oslo',
  location: 'Oslo',
});

describe('subjectFrom', () => {
  it('orders e-mail, CN, O, OU, C, ST, L', () => {
    expect(corp.map(({ oid: type }) => type)).toEqual(['1.2.840.113549.1.9.1', '2.5.4.3', '2.5.4.10', '2.5.4.11', '2.5.4.6', '2.5.4.8', '2.5.4.7']);
  });

  it('leaves blank, null and absent parts out and trims the others', () => {
    expect(subjectFrom({ commonName: ' x ', organization: '', state: '  ', location: null })).toEqual([{ oid: nameOids.commonName, value: 'x' }]);
  });

  it('gives its parts back', () => {
    expect([commonNameOf, organizationOf, organizationalUnitOf, countryOf, stateOf, locationOf].map((part) => part(corp))).toEqual(['shop.corp.test', 'Corp, AS', 'Platform', 'NO', 'Oslo', 'Oslo']);
    expect(commonNameOf([])).toBeNull();
  });
});

describe('nameText', () => {
  it('writes the last part first, e-mail by its identifier, commas escaped', () => {
    expect(nameText(corp)).toBe('L=Oslo,ST=Oslo,C=NO,OU=Platform,O=Corp\\, AS,CN=shop.corp.test,1.2.840.113549.1.9.1=payments@corp.test');
  });

  it.each([
    ['a"b+c;d<e>f\\g', 'CN=a\\"b\\+c\\;d\\<e\\>f\\\\g'],
    ['#x ', 'CN=\\#x\\ '],
    [' x', 'CN=\\ x'],
    [' ', 'CN=\\ '],
    ['a=b', 'CN=a=b'],
    ['é\u0000', 'CN=é\\00'],
  ])('escapes %p', (value, expected) => expect(nameText([{ oid: nameOids.commonName, value }])).toBe(expected));

  it('joins the values of one relative name', () => {
    expect(nameText([{ oid: nameOids.organization, value: 'O' }, { oid: nameOids.commonName, value: 'a' }, { oid: nameOids.userId, value: 'u', joinsPrevious: true }])).toBe('CN=a+UID=u,O=O');
  });
});

describe('encodeName', () => {
  it('comes back as it was', () => {
    const value = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }).filter((text) => !text.includes('\0') && !text.startsWith('#') && [...text].length <= 64);
    const part = fc.record({ oid: fc.constantFrom(nameOids.commonName, nameOids.organization, nameOids.street, '1.2.3.4'), value });
    fc.assert(fc.property(fc.array(part, { maxLength: 6 }), (name: Name) => expect(parseName(encodeName(name))).toEqual(name)));
  });

  it('keeps values of one relative name together, sorted as DER wants', () => {
    const name: Name = [{ oid: nameOids.commonName, value: 'b' }, { oid: nameOids.organization, value: 'a', joinsPrevious: true }];
    expect(parseName(encodeName(name))).toEqual(name);
  });

  it('is read by OpenSSL with the string types of RFC 5280', () => {
    const text = openssl(['asn1parse', '-inform', 'DER', '-in', '@name'], { name: encodeName([...corp, { oid: nameOids.serialNumber, value: '42' }, { oid: nameOids.domainComponent, value: 'corp' }]) });
    expect([...text.matchAll(/prim:\s+(\w+STRING)/g)].map(([, type]) => type)).toEqual(['IA5STRING', 'UTF8STRING', 'UTF8STRING', 'UTF8STRING', 'PRINTABLESTRING', 'UTF8STRING', 'UTF8STRING', 'PRINTABLESTRING', 'IA5STRING']);
  });

  it('says the same to OpenSSL as to us', () => {
    const certificate = aCertificate({ subject: subjectFrom({ commonName: 'ünï', organization: 'A+B, "C"', country: 'NO' }) });
    const text = openssl(['x509', '-noout', '-subject', '-nameopt', 'RFC2253,-esc_msb,utf8', '-in', '@c.pem'], { 'c.pem': certificatePem(certificate) });
    expect(text.trim()).toBe(`subject=${nameText(certificate.subject)}`);
  });

  it.each([
    [{ country: 'NOR' }, 'country'],
    [{ country: 'N' }, 'country'],
    [{ country: 'N1' }, 'country'],
    [{ commonName: 'x'.repeat(65) }, 'commonName'],
    [{ organization: 'x'.repeat(65) }, 'organization'],
    [{ organizationalUnit: 'x'.repeat(65) }, 'organizationalUnit'],
    [{ state: 'x'.repeat(129) }, 'state'],
    [{ location: 'x'.repeat(129) }, 'location'],
    [{ email: 'å@corp.test' }, 'email'],
    [{ commonName: 'a\0b' }, 'commonName'],
    [{ commonName: 'a\ud800' }, 'commonName'],
  ])('refuses %j on its field', (parts, field) => expect(refusedField(() => encodeName(subjectFrom(parts)))).toBe(field));

  it('counts characters, not UTF-16 units', () => {
    expect(() => encodeName(subjectFrom({ commonName: '😀'.repeat(64) }))).not.toThrow();
    expect(refusedField(() => encodeName(subjectFrom({ commonName: '😀'.repeat(65) })))).toBe('commonName');
  });

  it('refuses empty values, odd serial numbers and too many values', () => {
    expect(refusedField(() => encodeName([{ oid: nameOids.organization, value: '' }]))).toBe('organization');
    expect(refusedField(() => encodeName([{ oid: nameOids.serialNumber, value: 'a@b' }]))).toBe('serialNumber');
    expect(refusedField(() => encodeName(Array.from({ length: 101 }, () => ({ oid: nameOids.organization, value: 'x' }))))).toBe('subject');
  });
});

describe('parseName', () => {
  it('keeps values that are no strings as hex, and writes them back', () => {
    const der = sequence(setOf([sequence(oid('1.2.3.4'), integer(5))]));
    const name = parseName(der);
    expect(name).toEqual([{ oid: '1.2.3.4', value: '#020105' }]);
    expect(encodeName(name)).toEqual(der);
    expect(parseName(encodeName([{ oid: '1.2.3.4', value: '#zz' }]))).toEqual([{ oid: '1.2.3.4', value: '#zz' }]);
    expect(parseName(encodeName([{ oid: '1.2.3.4', value: '#02' }]))).toEqual([{ oid: '1.2.3.4', value: '#02' }]);
  });

  it('takes strings outside their alphabet', () => {
    expect(parseName(sequence(setOf([sequence(oid(nameOids.commonName), printableString('a*b@c'))])))).toEqual([{ oid: nameOids.commonName, value: 'a*b@c' }]);
  });

  it('refuses other structures and too many values', () => {
    expect(faultOf(() => parseName(integer(1))).code).toBe('invalid_argument');
    const rdn = setOf([sequence(oid(nameOids.commonName), printableString('a'))]);
    expect(faultOf(() => parseName(sequence(...Array.from({ length: 101 }, () => rdn)))).message).toContain('more than');
  });
});

describe('isSameName', () => {
  it('passes over string types, case and runs of spaces', () => {
    expect(isSameName([{ oid: nameOids.commonName, value: 'Corp  Root ' }], [{ oid: nameOids.commonName, value: 'corp root' }])).toBe(true);
    expect(isSameName([{ oid: nameOids.commonName, value: 'a' }], [{ oid: nameOids.organization, value: 'a' }])).toBe(false);
    expect(isSameName([{ oid: nameOids.commonName, value: 'a' }], [])).toBe(false);
  });
});
