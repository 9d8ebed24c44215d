import { describe, expect, it } from '@jest/globals';
import { loadConfig } from '@sifaka/config';
import { issuerConfig } from './issuer.config.js';

/** What is said about a configuration that has nothing but these patterns. */
function faultsWith(patterns: string): string {
  try {
    loadConfig(issuerConfig, { env: { SIFAKA_ALLOWED_DOMAINS: patterns } });
    return '';
  } catch (error) {
    return String(error);
  }
}

describe('configuration of the issuer', () => {
  it('names an allowed domain that is no regular expression, with all other faults', () => {
    expect(faultsWith('["^[a-z]+\\\\.corp\\\\.test$"]')).not.toContain('SIFAKA_ALLOWED_DOMAINS');
    expect(faultsWith('["(?=look-ahead)"]')).toMatch(/SIFAKA_ALLOWED_DOMAINS.*\(\?=look-ahead\)" is not a regular expression in RE2 syntax/);
  });
});
