import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { AppError } from '@sifaka/kernel';
import type { ServiceName } from '@sifaka/contracts';
import type { DataDir } from './data-dir.js';

/** Users of the bus beside the services: who sets up the stream, and who reads events from outside. */
export type BusUser = ServiceName | 'sifaka-admin' | 'sifaka-events';

/** What an installation makes once and never shares: each service is given its own alone. */
export interface Secrets {
  /** Path of the file with the key that encrypts every other key. */
  masterKeyFile: string;
  tokenSecret: string;
  /** Ed25519, PKCS#8 and SPKI, base64. */
  callerPrivateKey: string;
  callerPublicKey: string;
  databasePasswords: Record<ServiceName, string>;
  busPasswords: Record<BusUser, string>;
}

export const masterKeyName = 'master-key';

/**
 * Reads the secrets of a data directory, and makes those that are not there yet.
 *
 * @param keepsMasterKey false when master keys are given from elsewhere: then none is made, and none is missed.
 * @throws AppError failed_precondition when there is a database without its master key.
 */
export function openSecrets(dataDir: DataDir, { keepsMasterKey } = { keepsMasterKey: true }): Secrets {
  if (keepsMasterKey) openMasterKey(dataDir);
  return {
    masterKeyFile: dataDir.file(masterKeyName),
    tokenSecret: dataDir.readOrCreate('token-secret', () => randomBytes(48).toString('base64url')),
    ...callerKeys(dataDir),
    databasePasswords: servicePasswords(dataDir, 'database'),
    busPasswords: {
      ...servicePasswords(dataDir, 'nats'),
      'sifaka-admin': password(dataDir, 'nats-admin'),
      'sifaka-events': password(dataDir, 'nats-events'),
    },
  };
}

/** A new master key over old data would make every stored key unreadable for good: it is made with the database or not at all. */
function openMasterKey(dataDir: DataDir): void {
  if (!dataDir.has(masterKeyName) && dataDir.has('postgres', 'cluster', 'PG_VERSION')) {
    throw new AppError(
      'failed_precondition',
      `${dataDir.file(masterKeyName)} is missing, and the database beside it holds keys that only this master key opens: restore the file from a backup, or start with an empty SIFAKA_DATA_DIR`,
      { reason: 'standalone.master_key_lost' },
    );
  }
  dataDir.readOrCreate(masterKeyName, () => randomBytes(32).toString('base64'));
}

function callerKeys(dataDir: DataDir): Pick<Secrets, 'callerPrivateKey' | 'callerPublicKey'> {
  const stored = dataDir.readOrCreate('caller-key', () => {
    const { privateKey, publicKey } = generateKeyPairSync('ed25519', {
      privateKeyEncoding: { type: 'pkcs8', format: 'der' },
      publicKeyEncoding: { type: 'spki', format: 'der' },
    });
    return `${privateKey.toString('base64')}\n${publicKey.toString('base64')}`;
  });
  const [callerPrivateKey = '', callerPublicKey = ''] = stored.split('\n');
  return { callerPrivateKey, callerPublicKey };
}

function servicePasswords(dataDir: DataDir, of: 'database' | 'nats'): Record<ServiceName, string> {
  const own = (service: ServiceName) => password(dataDir, `${of}-${service}`);
  return {
    gateway: own('gateway'),
    issuer: own('issuer'),
    keyvault: own('keyvault'),
    acme: own('acme'),
    discovery: own('discovery'),
    deploy: own('deploy'),
    notify: own('notify'),
  };
}

function password(dataDir: DataDir, name: string): string {
  return dataDir.readOrCreate(join('passwords', name), () => randomBytes(24).toString('base64url'));
}
