import { describe, expect, it } from '@jest/globals';
import { limits } from '@sifaka/kernel';
import { integer } from '../der/der-writer.js';
import { DerReader } from '../der/der-reader.js';
import { subjectFrom } from '../name/name.js';
import { refusedField } from '../test/builders.js';
import { encodeExtensions } from './extension-encoder.js';
import { parseExtensions } from './extension-parser.js';
import type { Extensions } from './extensions.js';
import { extensionsFromJson } from './lemur-extensions.js';
import { domainsOf, extensionsToJson } from './lemur-extensions-view.js';
import { asCaRequest, resolveExtensions } from './resolve-extensions.js';

const san = (nameType: string, value: unknown) => ({ subAltNames: { names: [{ nameType, value }] } });
const onWire = (extensions: Extensions): Extensions => parseExtensions(DerReader.over(encodeExtensions(extensions, { hasSubject: true }))).extensions;
const noFlags = { useDigitalSignature: false, useNonRepudiation: false, useKeyEncipherment: false, useDataEncipherment: false, useKeyAgreement: false, useKeyCertSign: false, useCRLSign: false, useEncipherOnly: false, useDecipherOnly: false };

describe('a request', () => {
  it('becomes the model', () => {
    expect(
      extensionsFromJson({
        basicConstraints: { ca: true, path_length: 0 },
        keyUsage: { useDigitalSignature: true, useKeyEncipherment: true, somethingElse: 'x' },
        extendedKeyUsage: { useServerAuthentication: true, useClientAuthentication: false, useSmartCardLogon: true },
        subjectKeyIdentifier: { includeSKI: true },
        authorityKeyIdentifier: { useKeyIdentifier: true, useAuthorityCert: true },
        certificateInfoAccess: { includeAIA: true },
        crlDistributionPoints: { includeCrlDp: 'http://crl.corp.test/a.crl' },
        subAltNames: { names: [{ nameType: 'DNSName', value: 'shop.corp.test' }, { nameType: 'IPAddress', value: '192.0.2.10' }] },
        custom: [{ oid: '1.2.3', encoding: 'String', value: 'x', isCritical: true }],
        unknown: { anything: 1 },
      }),
    ).toEqual({
      basicConstraints: { isCa: true, pathLength: 0 },
      keyUsage: ['digitalSignature', 'keyEncipherment'],
      extendedKeyUsage: ['1.3.6.1.5.5.7.3.1', '1.3.6.1.4.1.311.20.2.2'],
      subjectKeyId: true,
      authorityKeyId: 'key_id',
      wantsAuthorityInfoAccess: true,
      crlDistributionPoints: ['http://crl.corp.test/a.crl'],
      subjectAltNames: [{ type: 'dns', value: 'shop.corp.test' }, { type: 'ip', value: '192.0.2.10' }],
      custom: [{ oid: '1.2.3', isCritical: true, value: Buffer.from('0c0178', 'hex') }],
    });
  });

  it('is empty when nothing is asked', () => {
    expect(extensionsFromJson({})).toEqual({});
    expect(extensionsFromJson({ keyUsage: noFlags, extendedKeyUsage: {}, subAltNames: { names: [] }, custom: [], subjectKeyIdentifier: { includeSKI: false }, nameConstraints: {} })).toEqual({});
  });

  it('takes keys in any spelling', () => {
    expect(extensionsFromJson({ sub_alt_names: { names: [{ name_type: 'DNSName', value: 'a.test' }] }, cRLDistributionPoints: { includeCRLDP: 'http://a/' } })).toEqual({
      subjectAltNames: [{ type: 'dns', value: 'a.test' }],
      crlDistributionPoints: ['http://a/'],
    });
  });

  it('takes numeric strings for the path length, and ignores it without ca', () => {
    expect(extensionsFromJson({ basicConstraints: { ca: 'true', path_length: '3' } })).toEqual({ basicConstraints: { isCa: true, pathLength: 3 } });
    expect(extensionsFromJson({ basicConstraints: { ca: false, path_length: 3 } })).toEqual({ basicConstraints: { isCa: false } });
    expect(extensionsFromJson({ basicConstraints: { ca: true, path_length: null } })).toEqual({ basicConstraints: { isCa: true } });
  });

  it('adds key agreement to encipher only and decipher only', () => {
    expect(extensionsFromJson({ keyUsage: { useEncipherOnly: true } }).keyUsage).toEqual(['keyAgreement', 'encipherOnly']);
    expect(extensionsFromJson({ keyUsage: { useDecipherOnly: true, useDigitalSignature: true } }).keyUsage).toEqual(['digitalSignature', 'keyAgreement', 'decipherOnly']);
  });

  it('asks for the issuer and serial form when only that is wanted', () => {
    expect(extensionsFromJson({ authorityKeyIdentifier: { useKeyIdentifier: false, useAuthorityCert: true } })).toEqual({ authorityKeyId: 'issuer_and_serial' });
  });

  it.each(['directoryName', 'otherName', 'x400Address', 'EDIPartyName', 'dNSName', 'toString'])('drops names of type %s', (nameType) => {
    expect(extensionsFromJson(san(nameType, 'CN=x'))).toEqual({});
  });

  it('drops repeats', () => {
    expect(extensionsFromJson({ subAltNames: { names: [{ nameType: 'DNSName', value: 'a.test' }, { nameType: 'DNSName', value: 'a.test' }] } }).subjectAltNames).toHaveLength(1);
  });

  it.each([
    ['DNSName', '*.corp.test', 'dns', '*.corp.test'],
    ['DNSName', ' a.corp.test ', 'dns', 'a.corp.test'],
    ['DNSName', 'bücher.example', 'dns', 'xn--bcher-kva.example'],
    ['DNSName', '*.bücher.example', 'dns', '*.xn--bcher-kva.example'],
    ['DNSName', 'localhost', 'dns', 'localhost'],
    ['DNSName', '_dmarc.corp.test', 'dns', '_dmarc.corp.test'],
    ['IPAddress', '2001:DB8:0::1', 'ip', '2001:db8::1'],
    ['IPNetwork', '10.0.0.0/8', 'network', '10.0.0.0/8'],
    ['IPNetwork', '10.0.0.0/255.255.0.0', 'network', '10.0.0.0/16'],
    ['IPNetwork', '2001:db8::/33', 'network', '2001:db8::/33'],
    ['IPNetwork', '10.0.0.1', 'network', '10.0.0.1/32'],
    ['uniformResourceIdentifier', 'spiffe://corp.test/shop', 'uri', 'spiffe://corp.test/shop'],
    ['rfc822Name', 'a.b+c@corp.test', 'email', 'a.b+c@corp.test'],
    ['rfc822Name', 'a@bücher.example', 'email', 'a@xn--bcher-kva.example'],
    ['registeredID', '1.2.3.4', 'registeredId', '1.2.3.4'],
  ])('takes %s %s', (nameType, value, type, expected) => {
    expect(extensionsFromJson(san(nameType, value)).subjectAltNames).toEqual([{ type, value: expected }]);
  });

  const long = 'x'.repeat(64);
  it.each([
    ['DNSName', ''], ['DNSName', '*'], ['DNSName', '*.'], ['DNSName', 'a.*.test'], ['DNSName', 'a*.test'], ['DNSName', '*.*.test'], ['DNSName', 'a..test'], ['DNSName', '.test'],
    ['DNSName', 'a.test.'], ['DNSName', `${long}.test`], ['DNSName', Array.from({ length: 64 }, () => 'abc').join('.')], ['DNSName', '-a.test'], ['DNSName', 'a b.test'],
    ['DNSName', 'a\0.test'], ['DNSName', '\ufffd.test'], ['DNSName', 'a/b'],
    ['IPAddress', '192.0.2'], ['IPAddress', '192.0.2.256'], ['IPAddress', '10.0.0.0/8'], ['IPAddress', 'fe80::1%eth0'], ['IPAddress', '1::2::3'], ['IPAddress', '1:2:3'], ['IPAddress', '1:2:3:4:5:6:7:8::'], ['IPAddress', '01.2.3.4'],
    ['IPNetwork', '10.0.0.1/8'], ['IPNetwork', '10.0.0.0/33'], ['IPNetwork', '10.0.0.0/255.0.255.0'], ['IPNetwork', '10.0.0.0/8/8'], ['IPNetwork', 'x/8'],
    ['uniformResourceIdentifier', 'no scheme'], ['uniformResourceIdentifier', 'http:'], ['uniformResourceIdentifier', 'http://ü'], ['uniformResourceIdentifier', `http://${'x'.repeat(2048)}`],
    ['rfc822Name', 'nobody'], ['rfc822Name', '@corp.test'], ['rfc822Name', 'a@'], ['rfc822Name', 'A <a@corp.test>'], ['rfc822Name', 'å@corp.test'], ['rfc822Name', 'a@*.corp.test'], ['rfc822Name', 'a@b@c'],
    ['registeredID', '1.2.x'],
    ['DNSName', 5], ['DNSName', null], ['DNSName', undefined],
  ])('refuses %s %p on its value', (nameType, value) => {
    expect(refusedField(() => extensionsFromJson(san(nameType, value)))).toBe('extensions.subAltNames.names.0.value');
  });

  it.each([
    [null, 'extensions'], [[], 'extensions'], ['x', 'extensions'],
    [{ keyUsage: null }, 'extensions.keyUsage'], [{ keyUsage: [] }, 'extensions.keyUsage'],
    [{ keyUsage: { useKeyCertSign: 'yes' } }, 'extensions.keyUsage.useKeyCertSign'],
    [{ keyUsage: { useEncipherOnly: true, useDecipherOnly: true } }, 'extensions.keyUsage'],
    [{ basicConstraints: { ca: true, path_length: 'x' } }, 'extensions.basicConstraints.path_length'],
    [{ basicConstraints: { ca: true, path_length: -1 } }, 'extensions.basicConstraints.path_length'],
    [{ basicConstraints: { ca: true, path_length: 1.5 } }, 'extensions.basicConstraints.path_length'],
    [{ basicConstraints: { ca: true, path_length: 256 } }, 'extensions.basicConstraints.path_length'],
    [{ subAltNames: { names: 'x' } }, 'extensions.subAltNames.names'], [{ subAltNames: { names: null } }, 'extensions.subAltNames.names'],
    [{ subAltNames: { names: ['x'] } }, 'extensions.subAltNames.names.0'], [{ subAltNames: { names: [{ value: 'x' }] } }, 'extensions.subAltNames.names.0.nameType'],
    [{ subAltNames: { names: Array.from({ length: limits.subjectAltNames + 1 }, (_, index) => ({ nameType: 'DNSName', value: `a${index}.test` })) } }, 'extensions.subAltNames.names'],
    [{ extendedKeyUsage: { oids: ['1.2.x'] } }, 'extensions.extendedKeyUsage.oids.0'],
    [{ certificateInfoAccess: { ocsp: ['ftp://x'] } }, 'extensions.certificateInfoAccess.ocsp.0'],
    [{ crlDistributionPoints: { includeCrlDp: 'perhaps' } }, 'extensions.crlDistributionPoints.includeCrlDp'],
    [{ certificatePolicies: { policies: [{ oid: 'x' }] } }, 'extensions.certificatePolicies.policies.0.oid'],
    [{ certificatePolicies: { policies: [{ oid: '1.2.3' }, { oid: '1.2.3' }] } }, 'extensions.certificatePolicies.policies.1.oid'],
    [{ nameConstraints: { permitted: [{ nameType: 'directoryName', value: 'CN=x' }] } }, 'extensions.nameConstraints.permitted.0.nameType'],
    [{ nameConstraints: { excluded: [{ nameType: 'IPNetwork', value: 'x' }] } }, 'extensions.nameConstraints.excluded.0.value'],
    [{ custom: null }, 'extensions.custom'], [{ custom: {} }, 'extensions.custom'],
    [{ custom: [{ oid: '1.2', encoding: 'hex', value: '00' }] }, 'extensions.custom.0.encoding'],
    [{ custom: [{ oid: 'x', encoding: 'string', value: '' }] }, 'extensions.custom.0.oid'],
    [{ custom: [{ oid: '2.5.29.17', encoding: 'string', value: '' }] }, 'extensions.custom.0.oid'],
    [{ custom: [{ oid: '1.2.3', encoding: 'string', value: 'a' }, { oid: '1.2.3', encoding: 'string', value: 'b' }] }, 'extensions.custom.1.oid'],
    [{ custom: [{ oid: '1.2.3', encoding: 'ia5string', value: 'å' }] }, 'extensions.custom.0.value'],
    [{ custom: [{ oid: '1.2.3', encoding: 'b64asn1', value: '%%' }] }, 'extensions.custom.0.value'],
    [{ custom: [{ oid: '1.2.3', encoding: 'b64asn1', value: 'AgE=' }] }, 'extensions.custom.0.value'],
    [{ custom: [{ oid: '1.2.3', encoding: 'b64asn1', value: 'BQAFAA==' }] }, 'extensions.custom.0.value'],
  ])('%j is refused on %s', (json, field) => expect(refusedField(() => extensionsFromJson(json))).toBe(field));

  it('names fields below the path it is given', () => expect(refusedField(() => extensionsFromJson({ keyUsage: 1 }, 'a.b'))).toBe('a.b.keyUsage'));
});

describe('addresses, policies, constraints, own identifiers', () => {
  it('are taken in their own shapes', () => {
    expect(
      extensionsFromJson({
        extendedKeyUsage: { useServerAuthentication: true, oids: ['1.2.3.4', '1.3.6.1.5.5.7.3.1'] },
        certificateInfoAccess: { includeAIA: true, ocsp: ['http://ocsp.corp.test'], caIssuers: 'http://ca.corp.test/a.cer' },
        crlDistributionPoints: { includeCrlDp: ['http://a/', 'ldap://b/'] },
        certificatePolicies: { policies: [{ oid: '2.23.140.1.2.1', cps: 'https://cps.corp.test' }, { oid: '1.2.3' }] },
        nameConstraints: { permitted: [{ nameType: 'DNSName', value: '.corp.test' }, { nameType: 'IPAddress', value: '10.0.0.1' }, { nameType: 'rfc822Name', value: 'corp.test' }], excluded: [{ nameType: 'uniformResourceIdentifier', value: 'evil.test' }, { nameType: 'DNSName', value: '' }, { nameType: 'rfc822Name', value: 'a@corp.test' }] },
        custom: [{ oid: '1.2.3', encoding: 'b64asn1', value: 'BQA=' }, { oid: '1.2.4', encoding: 'IA5String', value: 'x' }],
      }),
    ).toEqual({
      extendedKeyUsage: ['1.3.6.1.5.5.7.3.1', '1.2.3.4'],
      authorityInfoAccess: { ocsp: ['http://ocsp.corp.test'], caIssuers: ['http://ca.corp.test/a.cer'] },
      crlDistributionPoints: ['http://a/', 'ldap://b/'],
      certificatePolicies: [{ oid: '2.23.140.1.2.1', cps: ['https://cps.corp.test'] }, { oid: '1.2.3' }],
      nameConstraints: { permitted: [{ type: 'dns', value: '.corp.test' }, { type: 'network', value: '10.0.0.1/32' }, { type: 'email', value: 'corp.test' }], excluded: [{ type: 'uri', value: 'evil.test' }, { type: 'dns', value: '' }, { type: 'email', value: 'a@corp.test' }] },
      custom: [{ oid: '1.2.3', isCritical: false, value: Buffer.from('0500', 'hex') }, { oid: '1.2.4', isCritical: false, value: Buffer.from('160178', 'hex') }],
    });
  });

  it.each([['yes', true], ['default', true], ['no', false], ['', undefined]])('the word %p in the place of a CRL address is no address', (word, wants) => {
    expect(extensionsFromJson({ crlDistributionPoints: { includeCrlDp: word } })).toEqual(wants === undefined ? {} : { wantsCrlDistributionPoints: wants });
  });

  it.each([[true, true], [false, false], [undefined, undefined]])('addresses of the authority are wanted, not wanted or not spoken of: %p', (includeAIA, wants) => {
    expect(extensionsFromJson({ certificateInfoAccess: { includeAIA } })).toEqual(wants === undefined ? {} : { wantsAuthorityInfoAccess: wants });
  });
});

describe('a certificate', () => {
  it('shows the extensions it has, and the names always', () => {
    expect(extensionsToJson({})).toEqual({ subAltNames: { names: [] } });
    expect(
      extensionsToJson({
        basicConstraints: { isCa: false },
        keyUsage: ['digitalSignature'],
        extendedKeyUsage: ['1.3.6.1.5.5.7.3.1', '1.2.3.4'],
        subjectKeyId: Buffer.of(1),
        authorityKeyId: { keyId: Buffer.of(1) },
        authorityInfoAccess: { ocsp: ['http://o'], caIssuers: [] },
        crlDistributionPoints: ['http://a', 'http://b'],
      }),
    ).toEqual({
      subAltNames: { names: [] },
      basicConstraints: { ca: false, path_length: null },
      keyUsage: { ...noFlags, useDigitalSignature: true },
      extendedKeyUsage: { useServerAuthentication: true },
      subjectKeyIdentifier: { includeSKI: true },
      authorityKeyIdentifier: { useKeyIdentifier: true, useAuthorityCert: false },
      certificateInfoAccess: { includeAIA: true, ocsp: ['http://o'], caIssuers: [] },
      cRLDistributionPoints: { includeCRLDP: 'http://a, http://b', urls: ['http://a', 'http://b'] },
    });
  });

  it('names its SAN types as Lemur does', () => {
    expect(
      extensionsToJson({
        subjectAltNames: [
          { type: 'dns', value: 'a' }, { type: 'ip', value: '::1' }, { type: 'network', value: '10.0.0.0/8' }, { type: 'network', value: '2001:db8::/32' }, { type: 'uri', value: 'http://a' },
          { type: 'email', value: 'a@b' }, { type: 'registeredId', value: '1.2' }, { type: 'directoryName', name: subjectFrom({ commonName: 'x', country: 'NO' }) }, { type: 'opaque', tag: 0xa3, der: Buffer.of(0xa3, 0) },
          { type: 'otherName', oid: '1.2.3', value: Buffer.of(5, 0) },
        ],
      }).subAltNames,
    ).toEqual({
      names: [
        { nameType: 'DNSName', value: 'a' }, { nameType: 'IPAddress', value: '::1' }, { nameType: 'IPNetwork', value: '10.0.0.0/8' }, { nameType: 'IPAddress', value: '2001:db8::/32' },
        { nameType: 'uniformResourceIdentifier', value: 'http://a' }, { nameType: 'rfc822Name', value: 'a@b' }, { nameType: 'registeredID', value: '1.2' }, { nameType: 'directoryName', value: 'C=NO,CN=x' },
      ],
    });
  });

  it('read back as a request asks for the same', () => {
    const request = extensionsFromJson({
      basicConstraints: { ca: true, path_length: 1 },
      keyUsage: { useKeyCertSign: true, useDecipherOnly: true },
      extendedKeyUsage: { useOCSPSigning: true },
      certificateInfoAccess: { ocsp: ['http://o/'] },
      crlDistributionPoints: { includeCrlDp: ['http://a/', 'http://b/'] },
      certificatePolicies: { policies: [{ oid: '1.2.3', cps: ['http://c/'] }] },
      nameConstraints: { permitted: [{ nameType: 'IPNetwork', value: '2001:db8::/32' }], excluded: [{ nameType: 'DNSName', value: 'evil.test' }] },
      custom: [{ oid: '1.2.3', encoding: 'string', value: 'x' }],
      subAltNames: { names: [{ nameType: 'DNSName', value: 'a.test' }, { nameType: 'IPNetwork', value: '10.0.0.0/8' }] },
    });
    const { subjectKeyId: _ski, authorityKeyId: _aki, ...rest } = extensionsFromJson(extensionsToJson(onWire(resolveExtensions(request, Buffer.from('3009300406022a030301000a'.slice(0, 22), 'hex'), null))));
    expect(rest).toEqual(request);
  });

  it('counts DNS names, addresses and networks as its domains', () => {
    expect(domainsOf([{ type: 'email', value: 'a@b' }, { type: 'ip', value: '10.0.0.1' }, { type: 'dns', value: 'a' }, { type: 'network', value: '10.0.0.0/8' }])).toEqual(['10.0.0.1', 'a', '10.0.0.0/8']);
  });
});

describe('identifiers', () => {
  const issuer = { subjectKeyId: Buffer.alloc(20, 1), issuerNameDer: Buffer.from('3000', 'hex'), serial: 7n };
  const spki = Buffer.from('300930040602' + '2a03' + '030100', 'hex');
  it('are always set', () => {
    expect(Object.keys(resolveExtensions({}, spki, issuer))).toEqual(['subjectKeyId', 'authorityKeyId']);
    expect(resolveExtensions({}, spki, issuer).authorityKeyId).toEqual({ keyId: issuer.subjectKeyId });
    expect(resolveExtensions({ authorityKeyId: 'issuer_and_serial' }, spki, issuer).authorityKeyId).toEqual({ keyId: issuer.subjectKeyId, issuerNameDer: issuer.issuerNameDer, serial: 7n });
    const root = resolveExtensions({ wantsAuthorityInfoAccess: true, authorityKeyId: 'issuer_and_serial' }, spki, null);
    expect(root.authorityKeyId?.keyId).toEqual(root.subjectKeyId);
    expect(root).not.toHaveProperty('wantsAuthorityInfoAccess');
  });

  it('and CA usages are added to what an authority asks for', () => {
    expect(asCaRequest({ keyUsage: ['digitalSignature', 'crlSign'], basicConstraints: { isCa: false, pathLength: 2 } })).toEqual({ basicConstraints: { isCa: true, pathLength: 2 }, keyUsage: ['digitalSignature', 'crlSign', 'keyCertSign'] });
    expect(asCaRequest({})).toEqual({ basicConstraints: { isCa: true }, keyUsage: ['keyCertSign', 'crlSign'] });
  });

  it('custom values travel untouched', () => expect(onWire({ custom: [{ oid: '1.2.3', isCritical: true, value: integer(5) }] }).custom).toEqual([{ oid: '1.2.3', isCritical: true, value: integer(5) }]));
});
