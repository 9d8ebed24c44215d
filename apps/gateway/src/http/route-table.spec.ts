import { describe, expect, it } from '@jest/globals';
import { allowedMethods } from './route-table.js';

describe('allowedMethods', () => {
  it('knows the methods of a path', () => {
    expect(allowedMethods('/api/1/certificates?count=1')).toEqual(['GET', 'HEAD', 'OPTIONS', 'POST']);
    expect(allowedMethods('/api/1/certificates/7')).toEqual(['DELETE', 'GET', 'HEAD', 'OPTIONS', 'POST', 'PUT']);
  });

  it('prefers the literal path over the pattern', () => {
    expect(allowedMethods('/api/1/certificates/valid')).toEqual(['GET', 'HEAD', 'OPTIONS']);
  });

  it.each(['/api/1/certificates/', '/api/1/certificates/seven', '/api/1/certificates/7/', '/api/2/certificates', '/'])('has nothing at %s', (path) => {
    expect(allowedMethods(path)).toEqual([]);
  });
});
