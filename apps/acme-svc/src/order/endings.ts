import { orderFailed, orderFinalized } from '@sifaka/contracts';
import { newEvent, type NewEvent } from '@sifaka/messaging';

interface Ended {
  readonly pendingCertificateId: number;
  readonly orderId: number;
  readonly orderUrl: string | null;
}

/** @param ended.certificates DER, the issued one first */
export function finalized({ pendingCertificateId, orderId, orderUrl, certificates }: Ended & { readonly certificates: readonly Buffer[] }, at: Date): NewEvent {
  const [certificateDer = '', ...chainDer] = certificates.map((der) => der.toString('base64'));
  return newEvent(orderFinalized, { pendingCertificateId, orderId, orderUrl: orderUrl ?? '', certificateDer, chainDer }, { at, subject: String(orderId) });
}

export function failed({ pendingCertificateId, orderId, orderUrl, attempts, error }: Ended & { readonly attempts: number; readonly error: string }, at: Date): NewEvent {
  return newEvent(orderFailed, { pendingCertificateId, orderId, orderUrl, attempts, error }, { at, subject: String(orderId) });
}
