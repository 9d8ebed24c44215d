import { Inject, Injectable } from '@nestjs/common';
import type { Clock } from '@sifaka/kernel';
import { Database } from '@sifaka/database';
import { auditEntry, Outbox } from '@sifaka/messaging';
import { CLOCK } from '@sifaka/runtime';
import { activeMasterKeys, isMasterKeyUsed, lockMasterKeys, retireMasterKey } from './master-key.repository.js';

/** Takes a master key off the list of those that the stored rows need. */
@Injectable()
export class RetireMasterKey {
  constructor(
    private readonly database: Database,
    private readonly outbox: Outbox,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Fingerprints that rows may need, besides this one. */
  async others(fingerprint: string): Promise<string[]> {
    return (await activeMasterKeys(this.database)).map((key) => key.fingerprint).filter((other) => other !== fingerprint);
  }

  /** False when rows appeared under it meanwhile: another replica still writes with it. A later run finds them. */
  run(fingerprint: string): Promise<boolean> {
    return this.database.transaction(async (tx) => {
      await lockMasterKeys(tx);
      // Inserts wait for this lock and then see the key retired; what was inserted before is seen here.
      await tx.query('lock table key, secret in share mode');
      if (await isMasterKeyUsed(tx, fingerprint)) return false;
      const at = this.clock.now();
      await retireMasterKey(tx, fingerprint, at);
      await this.outbox.record(tx, [
        auditEntry(
          { kind: 'system', service: 'keyvault' },
          { at, service: 'keyvault', action: 'master_key.retired', object: { type: 'master_key', id: fingerprint } },
        ),
      ]);
      return true;
    });
  }
}
