import { Inject, Injectable } from '@nestjs/common';
import type { AuditEntry } from '@sifaka/contracts';
import { AppError, isAppError, type Clock } from '@sifaka/kernel';
import { keyTypeOf } from '@sifaka/pki';
import { CLOCK } from '@sifaka/runtime';
import { AcmeAccountClient } from '../protocol/acme-account-client.js';
import type { AcmeServer } from '../protocol/acme-server.js';
import { AccountKeys, type VaultKey } from './account-keys.js';
import { AccountRepository, type AccountRow } from './account.repository.js';

/** After this time no request that could still make the CA take a key is under way. */
const longestChangeMs = 300_000;

/**
 * Gives an account another key. The new one is on record before the CA hears of it: after a crash, or without an answer, the CA is asked
 * which of the two it knows.
 */
@Injectable()
export class KeyChange {
  constructor(
    private readonly accounts: AccountRepository,
    private readonly keys: AccountKeys,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** @param entry what is written about the change, with it */
  async run(row: AccountRow, server: AcmeServer, entry: AuditEntry): Promise<AccountRow> {
    const settled = row.nextKeyId === null ? row : await this.settle(row, server);
    // The change that was asked for earlier had happened.
    if (settled.keyId !== row.keyId) return settled;
    const { proposed, next } = await this.propose(settled);
    try {
      await new AcmeAccountClient(server).changeKey(proposed.accountUrl ?? '', this.keys.jwsKey(proposed), this.keys.jwsKey(next));
    } catch (error) {
      if (isAppError(error) && isFinal(error)) await this.withdraw(proposed, next);
      throw error;
    }
    return this.adopt(proposed, next, entry);
  }

  /** Finds out which key the CA knows, where a change was begun and not seen to end. */
  async settle(row: AccountRow, server: AcmeServer): Promise<AccountRow> {
    const next = nextOf(row);
    if (next === null) return row;
    const found = await new AcmeAccountClient(server).find(this.keys.jwsKey(next));
    if (found !== null && found.url === row.accountUrl) return this.adopt(row, next, null);
    if (this.clock.now().getTime() - row.updatedAt.getTime() < longestChangeMs) return row;
    await this.withdraw(row, next);
    return this.accounts.get(row.id);
  }

  private async propose(row: AccountRow): Promise<{ proposed: AccountRow; next: VaultKey }> {
    const begun = nextOf(row);
    if (begun !== null) return { proposed: row, next: begun };
    const next = await this.keys.generate();
    const proposed = await this.accounts.proposeKey(row.id, next.keyId, next.spki);
    if (proposed !== undefined) return { proposed, next };
    await this.keys.delete([next.keyId]);
    throw new AppError('conflict', `the key of the account of authority "${row.authority}" is being changed already`, { reason: 'acme.key_change_under_way' });
  }

  private async adopt(row: AccountRow, next: VaultKey, entry: AuditEntry | null): Promise<AccountRow> {
    await this.accounts.adoptKey(row, { ...next, keyType: keyTypeOf(next.spki) ?? 'unknown' }, entry);
    await this.keys.delete(await this.accounts.unused([row.keyId]));
    return this.accounts.get(row.id);
  }

  private async withdraw(row: AccountRow, next: VaultKey): Promise<void> {
    await this.accounts.withdrawKey(row.id, next.keyId);
    await this.keys.delete(await this.accounts.unused([next.keyId]));
  }
}

const nextOf = ({ nextKeyId, nextSpki }: AccountRow): VaultKey | null => (nextKeyId === null || nextSpki === null ? null : { keyId: nextKeyId, spki: nextSpki });

/** The CA said no, and did nothing. */
const isFinal = ({ code }: AppError): boolean => code === 'failed_precondition' || code === 'not_found' || code === 'rate_limited';
