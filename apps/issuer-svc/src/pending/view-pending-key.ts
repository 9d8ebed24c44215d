import { Inject, Injectable } from '@nestjs/common';
import type { Clock } from '@sifaka/kernel';
import { allow } from '@sifaka/authz';
import type { InputOf, OutputOf, viewPendingCertificateKey } from '@sifaka/contracts';
import { Database } from '@sifaka/database';
import { Outbox, type CallContext } from '@sifaka/messaging';
import { fromPkcs8Der, toTraditionalPem } from '@sifaka/pki';
import { CLOCK } from '@sifaka/runtime';
import { KeyVault } from '../keys/key-vault.js';
import { auditOf } from './change-pending.js';
import { PendingRepository } from './pending.repository.js';

/** Shows the private key in its traditional PEM form: the sight is on record before the key is fetched. */
@Injectable()
export class ViewPendingKey {
  constructor(
    private readonly pending: PendingRepository,
    private readonly database: Database,
    private readonly outbox: Outbox,
    private readonly keys: KeyVault,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async run({ id }: InputOf<typeof viewPendingCertificateKey>, { principal }: CallContext): Promise<OutputOf<typeof viewPendingCertificateKey>> {
    const row = await this.pending.get(id);
    allow(principal, 'certificate:write', row);
    if (row.keyId === null) return { key: null };
    const details = { reason: 'key_view', owner: row.owner, creatorId: row.userId };
    await this.outbox.record(this.database, [auditOf(principal, row, 'key.viewed', this.clock.now(), details)]);
    const pkcs8 = await this.keys.export(row.keyId, 'key_view', row.name);
    try {
      return { key: toTraditionalPem(fromPkcs8Der(pkcs8)) };
    } finally {
      pkcs8.fill(0);
    }
  }
}
