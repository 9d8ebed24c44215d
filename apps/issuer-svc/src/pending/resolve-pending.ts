import { Inject, Injectable } from '@nestjs/common';
import { AppError, type Clock } from '@sifaka/kernel';
import { orderAbandoned, type Principal } from '@sifaka/contracts';
import { newEvent, Outbox } from '@sifaka/messaging';
import { parseCertificate, type CertificateFacts } from '@sifaka/pki';
import { CLOCK } from '@sifaka/runtime';
import { CertificateInserter } from '../certificate/certificate-inserter.js';
import { ChainRepository } from '../certificate/chain.repository.js';
import { measureIssued } from '../certificate/measure-issued.js';
import type { NewCertificate } from '../certificate/new-certificate.js';
import { renewalIdentity } from '../issuance/request-identity.js';
import { Orphans } from './orphans.js';
import type { StoredPending } from './pending-certificate.js';
import { PendingRepository } from './pending.repository.js';
import { deliveredChain, renewalFault, settlementFault } from './settlement.js';

/** A certificate as it came, and by whom. */
export interface Delivery {
  certificateDer: Uint8Array;
  /** Issuer first. */
  chainDer: readonly Uint8Array[];
  externalId: string | null;
  /** `answer`: at once, while the applicant waits. `upload`: by a person, checked before. */
  by: 'answer' | 'poll' | 'order' | 'upload';
  principal: Principal;
}

export type Resolution =
  | { status: 'filed'; certificateId: number }
  /** Not filed: kept on record among the orphans, unless a person brought it. */
  | { status: 'refused'; error: AppError };

/** Makes the certificate of a pending one, exactly once: row lock, state and a unique index each see to it. */
@Injectable()
export class ResolvePending {
  constructor(
    private readonly pending: PendingRepository,
    private readonly inserter: CertificateInserter,
    private readonly chains: ChainRepository,
    private readonly orphans: Orphans,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly outbox: Outbox,
  ) {}

  async run(id: number, delivery: Delivery): Promise<Resolution> {
    try {
      return await this.settle(id, delivery);
    } catch (error) {
      if (!(error instanceof AppError) || error.reason !== 'issuer.malformed') throw error;
      await this.orphans.giveUp(id, { error: error.message, isTold: delivery.by === 'answer', isOrderOver: delivery.by === 'order' });
      return { status: 'refused', error };
    }
  }

  private async settle(id: number, delivery: Delivery): Promise<Resolution> {
    const facts = readable(delivery);
    const row = await this.pending.find(id);
    const filed = row === null ? await this.pending.certificateOf(id) : null;
    // The first attempt was committed, and only its answer was lost.
    if (filed !== null && (await this.orphans.isCertificate(filed, facts))) return { status: 'filed', certificateId: filed };
    if (row === null || row.state === 'cancelled') return this.refuse(row, id, delivery, facts, gone(id, row));
    const verdict = checked(row, delivery, facts, this.clock.now());
    if ('fault' in verdict) return this.refuse(row, id, delivery, facts, new AppError('upstream_failed', verdict.fault, { reason: 'issuer.wrong_certificate' }));
    const chainId = await this.chains.idOf(verdict.chain.map(({ der }) => der));
    const resolution = await this.file(id, delivery, facts, chainId);
    return resolution.status === 'filed' ? resolution : this.refuse(row, id, delivery, facts, resolution.error);
  }

  private file(id: number, delivery: Delivery, facts: CertificateFacts, chainId: number | null): Promise<Resolution> {
    const at = this.clock.now();
    return this.pending.transaction(async (tx): Promise<Resolution> => {
      const row = await this.pending.lock(tx, id);
      if (row?.resolvedCertificateId !== null && row?.resolvedCertificateId !== undefined) {
        const isSame = await this.orphans.isCertificate(row.resolvedCertificateId, facts);
        return isSame && delivery.by !== 'upload' ? { status: 'filed', certificateId: row.resolvedCertificateId } : { status: 'refused', error: alreadyResolved(row) };
      }
      if (row === null || row.state === 'cancelled') return { status: 'refused', error: gone(id, row) };
      const certificate = certificateOf(row, delivery, facts, chainId, at);
      const [insertion] = await this.inserter.insert(tx, [{ door: 'issued', certificate }]);
      if (insertion?.status !== 'stored') return { status: 'refused', error: duplicate(facts, insertion?.id) };
      // Nobody asks again for what had no key: an intent that came true leaves nothing behind.
      if (row.state === 'asking' && !row.isRepeatable) await this.pending.dropIntent(id, { releasesKey: false, tx });
      else await this.pending.resolve(tx, id, insertion.id, delivery.externalId, at);
      if (row.settledBy === 'order' && row.state === 'waiting' && delivery.by !== 'order') {
        await this.outbox.append(tx, [newEvent(orderAbandoned, { pendingCertificateId: id }, { subject: String(id), at })]);
      }
      measureIssued(certificate);
      return { status: 'filed', certificateId: insertion.id };
    });
  }

  /** What an authority issued is kept on record, and what waited for it ends: nothing better will come. */
  private async refuse(row: StoredPending | null, id: number, { by }: Delivery, facts: CertificateFacts, error: AppError): Promise<Resolution> {
    if (by === 'upload') return { status: 'refused', error };
    await this.orphans.keep(facts, { pendingId: id, authorityId: row?.authorityId ?? null, failure: { error: error.message, isTold: by === 'answer', isOrderOver: by === 'order' } });
    return { status: 'refused', error };
  }
}

/** @throws AppError `upstream_failed`, reason `issuer.malformed` */
function readable({ certificateDer, chainDer }: Delivery): CertificateFacts {
  try {
    for (const der of chainDer) parseCertificate(der);
    return parseCertificate(certificateDer);
  } catch (error) {
    throw new AppError('upstream_failed', 'what came from the authority cannot be read as a certificate with its chain', { reason: 'issuer.malformed', cause: error });
  }
}

function checked(row: StoredPending, { by, chainDer }: Delivery, facts: CertificateFacts, now: Date): { chain: CertificateFacts[] } | { fault: string } {
  const given = chainDer.map((der) => parseCertificate(der));
  if (by === 'upload') return { chain: given };
  const fault = settlementFault(row, facts) ?? renewalFault(row, facts, now);
  return fault === null ? deliveredChain(facts, given) : { fault };
}

/** PC-4: with everything that was asked for; the applicant stays its creator, whoever the owner is. */
function certificateOf(row: StoredPending, { externalId, principal }: Delivery, facts: CertificateFacts, chainId: number | null, at: Date): NewCertificate {
  const { owner, ownerRoleId, roleIds, description, notify, rotation, rotationPolicy, authorityId, keyId, replaces, dnsProviderId, destinationIds, notificationIds } = row;
  return {
    ...{ owner, ownerRoleId, roleIds, description, notify, rotation, rotationPolicy, authorityId, keyId, replaces, dnsProviderId, destinationIds, notificationIds },
    facts,
    chainId,
    csrDer: row.csr,
    externalId: externalId ?? row.externalId,
    name: row.customName,
    ...(row.renewal !== null && { seriesName: row.seriesName, renewalOf: row.renewal.id }),
    rootAuthorityId: null,
    // The key of the request stays with the pending certificate, and a renewal is made once, whichever request it came from. Whoever wants one
    // more beside it has said so.
    request: row.renewal === null || row.renewal.isReplaced ? null : renewalIdentity(row.renewal.id),
    storeBefore: null,
    pendingCertificateId: row.id,
    creatorId: row.userId,
    principal,
    at,
  };
}

const gone = (id: number, row: StoredPending | null): AppError =>
  new AppError('not_found', row === null ? `there is no pending certificate ${id}` : `pending certificate "${row.name}" was cancelled before`, { reason: 'pending.gone' });

export const alreadyResolved = ({ name, resolvedCertificateId }: StoredPending): AppError =>
  new AppError('conflict', `pending certificate "${name}" is resolved already, by certificate ${resolvedCertificateId ?? ''}`, { reason: 'pending.resolved' });

const duplicate = ({ serialHex }: CertificateFacts, id: number | undefined): AppError =>
  new AppError('conflict', `certificate ${id ?? ''} of the same authority has the same serial ${serialHex}`, { reason: 'certificate.duplicate_serial' });
