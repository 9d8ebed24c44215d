import { Inject, Injectable } from '@nestjs/common';
import { AppError } from '@sifaka/kernel';
import { certificateDeleted, type deleteCertificate, type InputOf, type OutputOf } from '@sifaka/contracts';
import { newEvent, type CallContext } from '@sifaka/messaging';
import { CONFIG } from '@sifaka/runtime';
import type { IssuerConfig } from '../issuer.config.js';
import { CertificateRepository, storedFacts } from './certificate.repository.js';
import { ChangeCertificate } from './change-certificate.js';

/** Flags a certificate as deleted; the row stays, readable by its id (DL-1). */
@Injectable()
export class DeleteCertificate {
  constructor(
    private readonly certificates: CertificateRepository,
    private readonly changes: ChangeCertificate,
    @Inject(CONFIG) private readonly config: IssuerConfig,
  ) {}

  async run({ id }: InputOf<typeof deleteCertificate>, { principal }: CallContext): Promise<OutputOf<typeof deleteCertificate>> {
    if (!this.config.allowCertDeletion) {
      throw new AppError('failed_precondition', 'certificates are not deleted in this installation (ALLOW_CERT_DELETION is off)', { reason: 'certificate.deletion_disabled' });
    }
    // Lemur says that it is gone before it says that one may not.
    const { deleted } = await this.certificates.get(id);
    if (deleted) throw alreadyDeleted(id);
    await this.changes.run(id, principal, (certificate) => {
      if (certificate.deleted) throw alreadyDeleted(id);
      return {
        state: { deleted: true },
        log: 'delete_cert',
        action: 'certificate.deleted',
        event: (changed, at) => newEvent(certificateDeleted, storedFacts(changed), { subject: String(id), at }),
      };
    });
    return { id };
  }
}

const alreadyDeleted = (id: number): AppError =>
  new AppError('failed_precondition', `certificate ${id} is deleted already`, { reason: 'certificate.already_deleted' });
