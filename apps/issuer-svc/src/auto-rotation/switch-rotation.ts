import { Injectable } from '@nestjs/common';
import type { Principal } from '@sifaka/contracts';
import { AppError, isAppError } from '@sifaka/kernel';
import { ChangeCertificate } from '../certificate/change-certificate.js';

/** Switches the rotation of a certificate as the platform itself, with the audit entry and the event of any other change. */
@Injectable()
export class SwitchRotation {
  constructor(private readonly changes: ChangeCertificate) {}

  /** False: somebody switched, revoked or deleted it meanwhile. */
  async to(rotation: boolean, certificateId: number): Promise<boolean> {
    try {
      await this.changes.run(certificateId, self, (certificate) => {
        if (certificate.rotation === rotation || certificate.deleted || certificate.status === 'revoked') throw new AppError('conflict', 'it changed meanwhile', { reason: overtaken });
        return { state: { rotation }, log: 'update_cert', action: 'certificate.updated' };
      });
      return true;
    } catch (error) {
      if (isAppError(error) && error.reason === overtaken) return false;
      throw error;
    }
  }
}

const overtaken = 'certificate.changed_meanwhile';
const self: Principal = { kind: 'system', service: 'issuer' };
