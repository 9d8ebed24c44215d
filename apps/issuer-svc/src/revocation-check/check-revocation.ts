import { Inject, Injectable } from '@nestjs/common';
import { allow } from '@sifaka/authz';
import { isCrlReason } from '@sifaka/pki';
import type { checkRevocation, getRevocationCheck, InputOf, OutputOf, RevocationCheckRecord } from '@sifaka/contracts';
import type { Clock } from '@sifaka/kernel';
import type { CallContext } from '@sifaka/messaging';
import { within } from '@sifaka/revocation-check';
import { CLOCK } from '@sifaka/runtime';
import { CertificateRepository, type StoredCertificate } from '../certificate/certificate.repository.js';
import { AskCa } from './ask-ca.js';
import { AskingUsers } from './asking-users.js';
import { KeepVerdict } from './keep-verdict.js';
import { RevocationCheckRepository } from './revocation-check.repository.js';

/** Asks about one certificate now, and reads what was said last. */
@Injectable()
export class CheckRevocation {
  private readonly asking = new AskingUsers();

  constructor(
    private readonly certificates: CertificateRepository,
    private readonly checks: RevocationCheckRepository,
    private readonly ca: AskCa,
    private readonly keeping: KeepVerdict,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async run({ id }: InputOf<typeof checkRevocation>, call: CallContext): Promise<OutputOf<typeof checkRevocation>> {
    const certificate = await this.certificates.get(id);
    allow(call.principal, 'certificate:write', certificate);
    const checked = await this.checks.find(id);
    if (checked === null || checked.isOurs || certificate.format !== 'x509') {
      const record = this.byInventory(certificate);
      await this.checks.keep([record]);
      return record;
    }
    // What is not answered by then is unknown; the answer itself must reach the caller in time.
    const leftMs = Math.max(1_000, call.deadlineAt.getTime() - Date.now() - answerMs);
    const record = await this.asking.inTurn(call.principal, () => within(leftMs, call.signal, (signal) => this.ca.ask(checked, { signal })));
    call.signal.throwIfAborted();
    await this.keeping.run(record, call.principal);
    return record;
  }

  async last({ id }: InputOf<typeof getRevocationCheck>): Promise<OutputOf<typeof getRevocationCheck>> {
    const check = await this.checks.last(id);
    if (check === null) await this.certificates.get(id);
    return { check };
  }

  /** What is on record is what the lists of the platform say. */
  private byInventory({ id, status, revokedAt, revocationReason }: StoredCertificate): RevocationCheckRecord {
    const isRevoked = status === 'revoked';
    return {
      certificateId: id,
      status: isRevoked ? 'revoked' : 'good',
      saidBy: 'inventory',
      revokedAt: isRevoked ? (revokedAt?.toISOString() ?? null) : null,
      crlReason: isRevoked && revocationReason !== null && isCrlReason(revocationReason) ? revocationReason : null,
      checkedAt: this.clock.now().toISOString(),
      steps: [],
    };
  }
}

const answerMs = 2_000;
