import { describe, expect, it } from '@jest/globals';
import { allowedDomains } from '../allowed-domains.js';
import { aCsr } from '../test/a-csr.js';
import { judge } from '../test/judging.js';

describe('a signing request', () => {
  it('is judged by its common name', () => {
    const rules = { allowedDomains: allowedDomains(['^[a-z]+\\.corp\\.test$']) };
    expect(judge({ csr: aCsr(['shop.corp.test']) }, rules)).toEqual([]);
    expect(judge({ csr: aCsr(['evil.com']) }, rules)).toContain('commonName policy.domain_not_allowed');
  });

  it('has one common name: what is judged is what is signed', () => {
    const rules = { allowedDomains: allowedDomains(['^[a-z]+\\.corp\\.test$']) };
    expect(judge({ csr: aCsr(['shop.corp.test', 'evil.com']) }, rules)).toEqual(['csr policy.csr_common_names']);
  });
});
