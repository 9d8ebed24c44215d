import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { secretsOfKey, serviceAccountKey, serviceAccountKeyFault } from './service-account-key.js';

const key = { type: 'service_account', client_email: 'a@b.iam.gserviceaccount.test', private_key: '-----BEGIN PRIVATE KEY-----\nMIIcanary1\nMIIcanary2\n-----END PRIVATE KEY-----\n' };
const text = (changes: object = {}) => JSON.stringify({ ...key, ...changes });

describe('the key of a service account', () => {
  it('is read as Google hands it out, with its token address where it names none', () => {
    expect(serviceAccountKey(text())).toEqual({ ...key, token_uri: 'https://oauth2.googleapis.com/token' });
    expect(serviceAccountKeyFault(text({ token_uri: 'http://127.0.0.1:8080/token' }))).toBeNull();
  });

  it.each([
    ['/etc/google.json', 'looks like a path'],
    ['C:\\keys\\google.json', 'looks like a path'],
    ['no JSON', 'it is not JSON'],
    ['[]', 'it is not a JSON object'],
    [text({ type: 'authorized_user' }), 'type is missing or wrong'],
    [text({ token_uri: 'http://oauth2.example.test/token' }), 'token_uri has to be an https address'],
  ])('is told from %s', (other, words) => {
    expect(serviceAccountKeyFault(other)).toContain(words);
    expect(() => serviceAccountKey(other)).toThrow(words);
  });

  it('is never repeated when it is none', () => {
    fc.assert(fc.property(fc.string({ minLength: 8, maxLength: 40 }), (other) => expect(serviceAccountKeyFault(`canary-4711${other}`)).not.toContain('canary-4711')));
  });

  it('names the lines of the private key as what must not be shown', () => {
    expect(secretsOfKey(text())).toEqual(['MIIcanary1', 'MIIcanary2']);
    expect(secretsOfKey('nothing')).toEqual([]);
  });
});
