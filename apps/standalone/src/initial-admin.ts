import type { Environment } from '@sifaka/config';
import { randomPassword } from './admin-password.js';
import type { DataDir } from './data-dir.js';

const passwordName = 'initial-admin-password';
/** Stands from the first complete start on: the administrator exists, whatever became of the password file. */
const doneName = 'initial-admin-created';

/** Settings that make the first administrator; none after the first complete start. */
export function initialAdmin(dataDir: DataDir, env: Environment): Record<string, string> {
  if (dataDir.has(doneName) || isGiven(env)) return {};
  return { SIFAKA_ADMIN_PASSWORD: dataDir.readOrCreate(passwordName, randomPassword) };
}

/**
 * Notes that the administrator exists.
 *
 * @returns what to tell the person who started it: the first time, with a random password, its value and where it is kept.
 */
export function administratorCreated(dataDir: DataDir, env: Environment): string | null {
  if (dataDir.has(doneName)) return null;
  dataDir.write(doneName, new Date().toISOString());
  if (isGiven(env)) return null;
  const username = env.SIFAKA_ADMIN_USERNAME ?? 'admin';
  return `first administrator: ${username}, password: ${dataDir.read(passwordName)} (kept in ${dataDir.file(passwordName)}; change it and delete the file)`;
}

function isGiven(env: Environment): boolean {
  return ['SIFAKA_ADMIN_PASSWORD', 'SIFAKA_ADMIN_PASSWORD_FILE', 'LEMUR_ADMIN_PASSWORD'].some(
    (name) => env[name] !== undefined && env[name] !== '',
  );
}
