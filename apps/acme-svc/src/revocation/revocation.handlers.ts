import { Controller } from '@nestjs/common';
import { revokeAcmeCertificate, type InputOf } from '@sifaka/contracts';
import { Handles } from '@sifaka/messaging';
import { RevokeAcmeCertificate } from './revoke-acme-certificate.js';

@Controller()
export class RevocationHandlers {
  constructor(private readonly revocation: RevokeAcmeCertificate) {}

  @Handles(revokeAcmeCertificate)
  revoke(input: InputOf<typeof revokeAcmeCertificate>) {
    return this.revocation.run(input);
  }
}
