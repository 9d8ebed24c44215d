import { describe, expect, it } from '@jest/globals';
import { issueCertificate } from './certificate.js';
import { exportKey, importKey, listSignatures } from './keyvault.js';

describe('callers', () => {
  it('of commands that act for a user are the gateway, which knows the user: a service of its own accord is the system', () => {
    expect(issueCertificate.callers).toEqual(['gateway']);
  });

  it('of keyvault are those that need the operation', () => {
    expect(importKey.callers).toEqual(['issuer']);
    expect(listSignatures.callers).toEqual(['issuer']);
    expect(exportKey.callers).toEqual(['issuer', 'deploy']);
  });
});
