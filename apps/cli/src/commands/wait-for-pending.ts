import { getPendingCertificateOperation, type PendingCertificateView } from '@sifaka/contracts';
import type { Context } from '../command.js';
import { waitForCertificate } from '../wait.js';
import { patienceOf } from './wait-options.js';

/** @returns the id of the certificate */
export function waitForPending(context: Context, pending: PendingCertificateView, limitMinutes: number): Promise<number> {
  return waitForCertificate(pending, patienceOf(context, limitMinutes, () => context.api.call(getPendingCertificateOperation, { params: { id: pending.id } })));
}
