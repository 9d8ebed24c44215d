import { Injectable } from '@nestjs/common';
import { allow } from '@sifaka/authz';
import type { authorizeCertificateWrite, InputOf, OutputOf } from '@sifaka/contracts';
import type { CallContext } from '@sifaka/messaging';
import { CertificateRepository } from './certificate.repository.js';

/** Says whether the caller may change it, before a body is even looked at. */
@Injectable()
export class AuthorizeCertificateWrite {
  constructor(private readonly certificates: CertificateRepository) {}

  async run({ id }: InputOf<typeof authorizeCertificateWrite>, { principal }: CallContext): Promise<OutputOf<typeof authorizeCertificateWrite>> {
    const certificate = await this.certificates.get(id);
    allow(principal, 'certificate:write', certificate);
    const { owner, deleted, keyId, format } = certificate;
    return { id, owner, deleted, hasPrivateKey: keyId !== null, format };
  }
}
