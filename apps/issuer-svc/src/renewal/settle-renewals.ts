import { Inject, Injectable } from '@nestjs/common';
import { timestamp, type Clock } from '@sifaka/kernel';
import { certificateRenewalFailed, certificateRenewalLate, certificateRenewed } from '@sifaka/contracts';
import type { Sql } from '@sifaka/database';
import { newEvent, Outbox } from '@sifaka/messaging';
import { measure } from '@sifaka/observability';
import { renewalPauseMs } from '@sifaka/policy';
import { CLOCK } from '@sifaka/runtime';
import type { NamedCertificate, RenewalFacts } from './renewal-facts.js';
import { RenewalRepository, type Claim } from './renewal.repository.js';
import { settledFactsSql } from './renewal.sql.js';

/** Writes down what came of renewals, together with the event that tells of it. */
@Injectable()
export class SettleRenewals {
  constructor(
    private readonly renewals: RenewalRepository,
    private readonly outbox: Outbox,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Another certificate took its place; told of once, whoever finds it first. */
  async renewed(certificateId: number, successor: NamedCertificate): Promise<void> {
    const name = await this.renewals.transaction(async (tx) => {
      const trigger = await this.renewals.renewed(tx, certificateId, successor.id, `"${successor.name}" took its place`);
      if (trigger === null) return null;
      const [facts] = await tx.query<SettledFacts>(settledFactsSql, [certificateId, successor.id]);
      if (facts === undefined) return null;
      const data = { ...facts, notAfter: timestamp(facts.notAfter), successorNotAfter: timestamp(facts.successorNotAfter), trigger };
      await this.outbox.append(tx, [newEvent(certificateRenewed, data, this.about(certificateId))]);
      return facts.name;
    });
    if (name === null) return;
    await this.renewals.noteSuccess(certificateId, this.clock.now());
    // RI-13.
    measure.count('certificate_reissue', { status: 'success', certificate: name });
  }

  /** It is tried again, later and later, and people hear of it. */
  async failed(claim: Claim, certificate: RenewalFacts, { error, retryAfterMs, attempts }: { error: string; retryAfterMs: number | undefined; attempts: number }): Promise<void> {
    const now = this.clock.now();
    const leftMs = certificate.notAfter.getTime() - now.getTime();
    const nextTryAt = new Date(now.getTime() + renewalPauseMs({ attempts: attempts + 1, leftMs, retryAfterMs, random: Math.random() }));
    const words = error.slice(0, errorChars);
    const isOurs = await this.renewals.transaction(async (tx) => {
      const failures = await this.renewals.fail(tx, claim, words, { now, nextTryAt });
      if (failures === null) return false;
      const data = { ...factsOf(certificate), error: words, attempts: failures, nextTryAt: timestamp(nextTryAt), trigger: claim.trigger };
      await this.outbox.append(tx, [newEvent(certificateRenewalFailed, data, this.about(certificate.id))]);
      return true;
    });
    if (isOurs) measure.count('certificate_reissue', { status: 'failure', certificate: certificate.name });
  }

  /** Once, and once more as last call. */
  async late(certificate: RenewalFacts, isLastCall: boolean): Promise<boolean> {
    const now = this.clock.now();
    return this.renewals.transaction(async (tx: Sql) => {
      const told = await this.renewals.toldLate(tx, certificate.id, isLastCall, now);
      if (told === null) return false;
      await this.outbox.append(tx, [newEvent(certificateRenewalLate, { ...factsOf(certificate), ...told, isLastCall }, this.about(certificate.id))]);
      return true;
    });
  }

  private about(certificateId: number): { subject: string; at: Date } {
    return { subject: String(certificateId), at: this.clock.now() };
  }
}

interface SettledFacts {
  certificateId: number;
  name: string;
  owner: string;
  notAfter: Date;
  notify: boolean;
  successorId: number;
  successorName: string;
  successorNotAfter: Date;
  destinationIds: number[];
  endpointCount: number;
}

function factsOf({ id, name, owner, notAfter, notify }: RenewalFacts) {
  return { certificateId: id, name, owner, notAfter: timestamp(notAfter), notify };
}

/** Some authorities answer with whole pages. */
const errorChars = 2_000;
