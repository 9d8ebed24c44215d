import { Injectable } from '@nestjs/common';
import { AppError } from '@sifaka/kernel';

/** Writes and removes TXT records through the providers' plugins, on record. */
@Injectable()
export class TxtRecords {
  publish({ providerId }: { challengeId: number; providerId: number; recordName: string; value: string }): Promise<void> {
    return Promise.reject(new AppError('failed_precondition', `DNS provider ${providerId} does not exist`, { reason: 'dns.provider_gone' }));
  }

  remove(_challengeId: number): Promise<{ isRemoved: boolean }> {
    return Promise.resolve({ isRemoved: true });
  }
}
