import { Module } from '@nestjs/common';
import { AcmeOutbound } from '../outbound.js';
import { AcmeConnections } from '../protocol/acme-connection.js';
import { AcmeServers } from '../protocol/acme-servers.js';
import { AccountKeys } from './account-keys.js';
import { AccountHandlers } from './account.handlers.js';
import { AccountRepository } from './account.repository.js';
import { ChangeAccount } from './change-account.js';
import { KeyChange } from './key-change.js';
import { OpenAccount } from './open-account.js';
import { OpenConnections } from './open-connections.js';
import { OpenExistingAccount } from './open-existing-account.js';
import { OpenOwnAccount } from './open-own-account.js';
import { RegisterAccount } from './register-account.js';
import { SweepAccountKeys } from './sweep-account-keys.js';

/** Accounts at ACME CAs, and the connections that orders and revocations go through. */
@Module({
  controllers: [AccountHandlers],
  providers: [
    AccountKeys,
    AccountRepository,
    AcmeOutbound,
    AcmeServers,
    ChangeAccount,
    KeyChange,
    OpenAccount,
    OpenExistingAccount,
    OpenOwnAccount,
    RegisterAccount,
    SweepAccountKeys,
    { provide: AcmeConnections, useClass: OpenConnections },
  ],
  exports: [AccountKeys, AccountRepository, AcmeConnections, AcmeServers],
})
export class AccountModule {}
