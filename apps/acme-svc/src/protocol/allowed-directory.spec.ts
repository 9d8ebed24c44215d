import { expect, it } from '@jest/globals';
import { assertAllowedDirectory } from './allowed-directory.js';

const isAllowed = (url: string, allowed: string[] = []): boolean => {
  try {
    assertAllowedDirectory(url, allowed);
    return true;
  } catch (error) {
    expect(error).toMatchObject({ code: 'failed_precondition', reason: 'acme.directory_not_allowed', fields: [{ path: 'acme_url' }] });
    return false;
  }
};

it('lets any https directory through unless the installation names hosts', () => {
  expect(isAllowed('https://ca.example/directory')).toBe(true);
  expect(isAllowed('http://ca.example/directory')).toBe(false);
  expect(isAllowed('https://user:secret@ca.example/directory')).toBe(false);
  expect(isAllowed('ftp://ca.example/')).toBe(false);
  expect(isAllowed('directory')).toBe(false);
});

it('keeps to the hosts that the installation names, which may be plain http', () => {
  expect(isAllowed('https://ca.example/directory', ['CA.example'])).toBe(true);
  expect(isAllowed('https://ca.example:14000/dir', ['ca.example'])).toBe(true);
  expect(isAllowed('https://ca.example:14000/dir', ['ca.example:14000'])).toBe(true);
  expect(isAllowed('https://ca.example/dir', ['ca.example:14000'])).toBe(false);
  expect(isAllowed('https://ca.example/dir', ['ca.example:443'])).toBe(true);
  expect(isAllowed('http://ca.example/dir', ['ca.example'])).toBe(true);
  expect(isAllowed('https://acme.corp.example/dir', ['*.corp.example'])).toBe(true);
  expect(isAllowed('https://corp.example/dir', ['*.corp.example'])).toBe(false);
  expect(isAllowed('https://evilcorp.example/dir', ['*.corp.example'])).toBe(false);
  expect(isAllowed('https://[::1]:14000/dir', ['[::1]:14000'])).toBe(true);
  expect(isAllowed('https://other.example/dir', ['ca.example'])).toBe(false);
  expect(isAllowed('https://ca.example.evil.test/dir', ['ca.example'])).toBe(false);
});
