import { AppError, type Clock } from '@sifaka/kernel';
import type { Database, Sql } from '@sifaka/database';
import { auditEntry, type Outbox } from '@sifaka/messaging';
import { Envelope, sealWith, type RowIdentity } from '../envelope/envelope.js';
import { Keyring } from './keyring.js';
import type { MasterKey, MasterKeyProvider } from './master-key.js';
import {
  activeMasterKeys,
  addMasterKey,
  isMasterKeyUsed,
  lockMasterKeys,
  masterKeysOfRows,
  type KnownMasterKey,
} from './master-key.repository.js';

/**
 * The keyring, once it is proven that it opens what is stored. On an empty schema the first key becomes the one that is asked
 * for from then on.
 *
 * @throws AppError `failed_precondition` that names the fingerprints the data needs and those that were given
 */
export async function openKeyring(provider: MasterKeyProvider, database: Database, outbox: Outbox, clock: Clock): Promise<Keyring> {
  const keyring = new Keyring(await provider.load());
  await database.transaction(async (tx) => {
    await lockMasterKeys(tx);
    const known = await activeMasterKeys(tx);
    await refuseMissing(tx, keyring, known);
    for (const key of known) proveKey(keyring, key);
    const { writing } = keyring;
    if (known.some(({ fingerprint }) => fingerprint === writing.fingerprint)) return;
    const at = clock.now();
    await addMasterKey(tx, sealWith(writing, canary, canaryIdentity(writing)), at);
    await outbox.record(tx, [
      auditEntry(
        { kind: 'system', service: 'keyvault' },
        { at, service: 'keyvault', action: 'master_key.added', object: { type: 'master_key', id: writing.fingerprint } },
      ),
    ]);
  });
  return keyring;
}

const canary = Buffer.from('sifaka keyvault canary');

const canaryIdentity = ({ fingerprint }: Pick<MasterKey, 'fingerprint'>): RowIdentity => ({
  table: 'master_key',
  id: fingerprint,
  owner: 'keyvault',
  purpose: 'canary',
});

async function refuseMissing(tx: Sql, keyring: Keyring, known: readonly KnownMasterKey[]): Promise<void> {
  const needed: string[] = [];
  const listed = known.length > 0 ? known.map(({ fingerprint }) => fingerprint) : await masterKeysOfRows(tx);
  for (const fingerprint of listed) {
    // A key under which nothing was ever stored is no loss.
    if (keyring.get(fingerprint) === undefined && (await isMasterKeyUsed(tx, fingerprint))) needed.push(fingerprint);
  }
  if (needed.length === 0) return;
  const what = needed.length === 1 ? `master key ${needed.join()}` : `the master keys ${needed.join(', ')}`;
  throw new AppError(
    'failed_precondition',
    `stored keys and secrets need ${what}, given: ${keyring.fingerprints.join(', ')}. Add what is missing to SIFAKA_MASTER_KEYS (the first one writes, all read).`,
    { reason: 'master_key.missing' },
  );
}

function proveKey(keyring: Keyring, { fingerprint, wrappedKey, ciphertext }: KnownMasterKey): void {
  if (keyring.get(fingerprint) === undefined) return;
  try {
    if (new Envelope(keyring).open({ masterKey: fingerprint, wrappedKey, ciphertext }, canaryIdentity({ fingerprint })).equals(canary))
      return;
  } catch {
    // Told below, in words that fit a start.
  }
  throw new AppError(
    'failed_precondition',
    `master key ${fingerprint} does not open what was sealed with it: the table master_key was altered, restore it from a backup`,
    {
      reason: 'master_key.not_proven',
    },
  );
}
