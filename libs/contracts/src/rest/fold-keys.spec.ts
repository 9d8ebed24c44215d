import { describe, expect, it } from '@jest/globals';
import { CertificateCreateInput } from './certificate-input.js';
import { foldKeys, snakeCase } from './fold-keys.js';

describe('snakeCase', () => {
  it.each([
    ['commonName', 'common_name'],
    ['common-name', 'common_name'],
    ['common_name', 'common_name'],
    ['includeSKI', 'include_ski'],
    ['includeCrlDp', 'include_crl_dp'],
    ['cRLDistributionPoints', 'c_rl_distribution_points'],
  ])('%s is %s', (key, expected) => {
    expect(snakeCase(key)).toBe(expected);
  });
});

describe('foldKeys', () => {
  it('brings every spelling to that of the schema, at every level', () => {
    const folded = foldKeys(CertificateCreateInput, {
      'common-name': 'a.example',
      extensions: { sub_alt_names: { names: [{ name_type: 'DNSName', value: 'a.example' }] } },
    });
    expect(folded).toEqual({ commonName: 'a.example', extensions: { subAltNames: { names: [{ nameType: 'DNSName', value: 'a.example' }] } } });
  });

  it('leaves free maps and unknown keys as they are', () => {
    const input = { extensions: { keyUsage: { useCRLSign: true }, cRLDistributionPoints: {} } };
    expect(foldKeys(CertificateCreateInput, input)).toEqual(input);
  });
});
