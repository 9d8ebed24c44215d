import { Controller } from '@nestjs/common';
import { deactivateAcmeAccount, getAcmeAccount, listAcmeAccounts, openAcmeAccount, rollOverAcmeAccount, updateAcmeAccount, type InputOf } from '@sifaka/contracts';
import { Handles, type CallContext } from '@sifaka/messaging';
import { AccountRepository } from './account.repository.js';
import { accountView } from './account.view.js';
import { ChangeAccount } from './change-account.js';
import { OpenAccount } from './open-account.js';

@Controller()
export class AccountHandlers {
  constructor(
    private readonly opening: OpenAccount,
    private readonly changes: ChangeAccount,
    private readonly accounts: AccountRepository,
  ) {}

  @Handles(openAcmeAccount)
  open(input: InputOf<typeof openAcmeAccount>, call: CallContext) {
    return this.opening.run(input, call);
  }

  @Handles(listAcmeAccounts)
  async list({ window, authority }: InputOf<typeof listAcmeAccounts>) {
    const { rows, total, nextCursor } = await this.accounts.page(window, authority);
    return { items: rows.map(accountView), total, nextCursor };
  }

  @Handles(getAcmeAccount)
  async get({ id }: InputOf<typeof getAcmeAccount>) {
    return accountView(await this.accounts.get(id));
  }

  @Handles(updateAcmeAccount)
  update(input: InputOf<typeof updateAcmeAccount>, call: CallContext) {
    return this.changes.update(input, call);
  }

  @Handles(rollOverAcmeAccount)
  rollOver(input: InputOf<typeof rollOverAcmeAccount>, call: CallContext) {
    return this.changes.rollOver(input, call);
  }

  @Handles(deactivateAcmeAccount)
  deactivate(input: InputOf<typeof deactivateAcmeAccount>, call: CallContext) {
    return this.changes.deactivate(input, call);
  }
}
