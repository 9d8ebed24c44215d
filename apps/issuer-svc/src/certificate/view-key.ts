import { randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { allow } from '@sifaka/authz';
import type { InputOf, OutputOf, viewCertificateKey } from '@sifaka/contracts';
import type { CallContext } from '@sifaka/messaging';
import { fromPkcs8Der } from '@sifaka/pki';
import { CertificateRepository } from './certificate.repository.js';
import { privateKeyText } from './format.js';
import { PrivateKeys } from './private-key.js';

/** Shows the private key as programs for its certificate read it: in its traditional PEM form, or in OpenSSH's. */
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
      return { key: privateKeyText(certificate.format, fromPkcs8Der(pkcs8), certificate.name, randomBytes(4)) };
    } finally {
      pkcs8.fill(0);
    }
  }
}
