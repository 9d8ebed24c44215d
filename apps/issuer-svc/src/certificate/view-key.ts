import { Injectable } from '@nestjs/common';
import { allow } from '@sifaka/authz';
import type { InputOf, OutputOf, viewCertificateKey } from '@sifaka/contracts';
import type { CallContext } from '@sifaka/messaging';
import { fromPkcs8Der, toTraditionalPem } from '@sifaka/pki';
import { CertificateRepository } from './certificate.repository.js';
import { PrivateKeys } from './private-key.js';

/** Shows the private key in its traditional PEM form. */
@Injectable()
export class ViewKey {
  constructor(
    private readonly certificates: CertificateRepository,
    private readonly privateKeys: PrivateKeys,
  ) {}

  async run({ id }: InputOf<typeof viewCertificateKey>, { principal }: CallContext): Promise<OutputOf<typeof viewCertificateKey>> {
    const certificate = await this.certificates.get(id);
    allow(principal, 'certificate:write', certificate);
    if (certificate.keyId === null) return { key: null };
    const pkcs8 = await this.privateKeys.see(certificate, certificate.keyId, principal, { reason: 'key_view' });
    try {
      return { key: toTraditionalPem(fromPkcs8Der(pkcs8)) };
    } finally {
      pkcs8.fill(0);
    }
  }
}
