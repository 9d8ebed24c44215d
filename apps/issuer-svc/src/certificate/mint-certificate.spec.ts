import { describe, expect, it } from '@jest/globals';
import type { AuthorityState } from '../authority/authority-directory.js';
import type { JudgedDraft } from '../issuance/judge-issuance.js';
import type { KeyVault } from '../keys/key-vault.js';
import type { IssuerPlugins } from '../plugins/issuer-plugins.js';
import { MintCertificate } from './mint-certificate.js';

const draft = { subject: [], extensions: {}, keyType: 'RSA4096', csr: null, hash: null } as unknown as JudgedDraft;
const authority = { chainDer: [], chain: [] } as unknown as AuthorityState;

describe('minting', () => {
  it('asks for no signature that nobody waits for', async () => {
    const waiting = new AbortController();
    const asked: string[] = [];
    const issuer = { createCertificate: () => Promise.reject(new Error(`asked for a signature after ${asked.join()}`)) };
    const issuers = { of: () => Promise.resolve(issuer) } as unknown as IssuerPlugins;
    const keys = {
      generate: () => {
        asked.push('key');
        waiting.abort();
        return Promise.resolve({ keyId: '1', publicKeyDer: Buffer.alloc(1), csrDer: null });
      },
    } as unknown as KeyVault;
    const mint = new MintCertificate(issuers, keys, { now: () => new Date() });

    await expect(mint.prepare(draft, authority, { requester: null, signal: waiting.signal })).rejects.toMatchObject({ code: 'unavailable', reason: 'certificate.too_late' });
    expect(asked).toEqual(['key']);
  });
});
