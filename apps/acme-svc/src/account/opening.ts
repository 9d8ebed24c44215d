import type { InputOf, openAcmeAccount } from '@sifaka/contracts';
import type { auditEntry } from '@sifaka/messaging';
import type { AccountRow } from './account.repository.js';

/** An account that is opened for an authority with a name. */
export type OpenInput = InputOf<typeof openAcmeAccount> & { authority: string };

/** Makes the audit entry of a change. */
export type EntryOf = (action: string, row: AccountRow) => ReturnType<typeof auditEntry>;
