import { Injectable } from '@nestjs/common';
import { currentCall } from '@sifaka/messaging';
import { PluginContexts } from '@sifaka/plugin-host';
import type { IssuerContext, SignRequest } from '@sifaka/plugin-sdk';
import { KeyVault, type SignatureRequest } from '../keys/key-vault.js';
import { signingSubject } from '../keys/signing-subject.js';
import { AcmeByRpc } from './acme-by-rpc.js';

/** Hands issuer plugins what others have not: keys in the key vault, and the ACME service. */
@Injectable()
export class IssuerContexts {
  constructor(
    private readonly contexts: PluginContexts,
    private readonly keys: KeyVault,
    private readonly acme: AcmeByRpc,
  ) {}

  of(slug: string): IssuerContext {
    const { keys } = this;
    return {
      ...this.contexts.of(slug),
      acme: this.acme,
      keys: {
        async generate(keyType) {
          const { keyId, publicKeyDer } = await keys.generate({ keyType, purpose: 'authority', csr: null });
          return { keyId, publicKeyDer };
        },
        sign: (request) => keys.sign(signatureOf(request)),
      },
    };
  }
}

function signatureOf({ keyId, tbsDer, hash, serialHex, purpose }: SignRequest): SignatureRequest {
  return { keyId, tbsDer: Buffer.from(tbsDer).toString('base64'), hash, purpose, serialHex: serialHex === '' ? null : serialHex, subjectKeyId: signingSubject(), actor: currentUser() };
}

function currentUser(): string | null {
  const principal = currentCall()?.principal;
  return principal?.kind === 'user' ? principal.email : null;
}
