import type { AcmeAccountRecord } from '@sifaka/contracts';
import type { AccountRow } from './account.repository.js';

export function accountView(row: AccountRow): AcmeAccountRecord {
  const { id, authority, directoryUrl, accountUrl, email, keyType, status, lastError } = row;
  return {
    id,
    authority,
    directoryUrl,
    accountUrl,
    email,
    keyType,
    status,
    hasExternalBinding: row.eabKid !== null,
    lastError,
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
  };
}
