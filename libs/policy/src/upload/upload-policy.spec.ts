import { describe, expect, it } from '@jest/globals';
import { aCsr } from '../test/a-csr.js';
import { namesOfRequest } from './upload-policy.js';

describe('names of a signing request that comes with an uploaded certificate', () => {
  it('are every common name that is a domain, and the DNS names', () => {
    const csr = aCsr(['shop.corp.test', 'evil.com', 'Ada Lovelace'], { subjectAltNames: [{ type: 'dns', value: 'alt.corp.test' }] });
    expect(namesOfRequest(csr)).toEqual(['shop.corp.test', 'evil.com', 'alt.corp.test']);
  });
});
