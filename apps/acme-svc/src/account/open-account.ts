import { Inject, Injectable } from '@nestjs/common';
import type { InputOf, openAcmeAccount, OutputOf } from '@sifaka/contracts';
import { isAppError, type Clock } from '@sifaka/kernel';
import { auditEntry, type CallContext } from '@sifaka/messaging';
import { CLOCK } from '@sifaka/runtime';
import type { AcmeServer } from '../protocol/acme-server.js';
import { AcmeServers } from '../protocol/acme-servers.js';
import { AccountRepository, type AccountRow } from './account.repository.js';
import { readExistingAccount } from './existing-account.js';
import { readExternalAccount } from './external-account.js';
import { OpenExistingAccount } from './open-existing-account.js';
import type { OpenInput } from './opening.js';
import { OpenOwnAccount } from './open-own-account.js';

type Input = InputOf<typeof openAcmeAccount>;

/**
 * Makes the account of an authority at its CA, or finds it. Repeating it changes nothing but what changed in the options: contact, trust,
 * another existing account.
 */
@Injectable()
export class OpenAccount {
  /** Equal questions at the same time get one answer: of two replicas, the database lets one make the account. */
  private readonly underWay = new Map<string, Promise<OutputOf<typeof openAcmeAccount>>>();

  constructor(
    private readonly servers: AcmeServers,
    private readonly accounts: AccountRepository,
    private readonly own: OpenOwnAccount,
    private readonly existing: OpenExistingAccount,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  run(input: Input, call: CallContext): Promise<OutputOf<typeof openAcmeAccount>> {
    const key = JSON.stringify(input);
    const known = this.underWay.get(key);
    if (known !== undefined) return known;
    const made = this.open(input, call).finally(() => this.underWay.delete(key));
    this.underWay.set(key, made);
    return made;
  }

  private async open(input: Input, call: CallContext): Promise<OutputOf<typeof openAcmeAccount>> {
    const externalAccount = input.eab === null ? null : readExternalAccount(input.eab);
    const existing = input.existing === null ? null : readExistingAccount(input.existing);
    const server = this.servers.at(input);
    // Asked anew: this is what proves that an authority can reach its CA.
    const { meta } = await server.directory(true);
    const { authority } = input;
    if (authority === null) return { accountUrl: '', status: 'unopened', profiles: meta.profiles };
    const entry = (action: string, row: AccountRow) => this.entry(call, action, row, server);
    const named = { ...input, authority };
    try {
      const row =
        existing === null ? await this.own.run(server, named, externalAccount, entry) : await this.existing.run(server, named, existing, entry);
      return { accountUrl: row.accountUrl ?? '', status: row.status, profiles: meta.profiles };
    } catch (error) {
      await this.note(named, error);
      throw error;
    }
  }

  private entry(call: CallContext, action: string, { id, authority }: AccountRow, server: AcmeServer) {
    const object = { type: 'acme_account', id, name: authority };
    return auditEntry(call, { at: this.clock.now(), service: 'acme', action, object, details: { directoryUrl: server.url } });
  }

  private async note({ authority, directoryUrl }: OpenInput, error: unknown): Promise<void> {
    const row = await this.accounts.live(authority, directoryUrl);
    if (row !== undefined) await this.accounts.setError(row.id, isAppError(error) ? error.message : 'internal error');
  }
}
