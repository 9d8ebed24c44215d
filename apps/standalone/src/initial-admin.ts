import { openDatabase } from '@sifaka/database';
import { randomPassword } from './admin-password.js';
import type { DataDir } from './data-dir.js';

const passwordName = 'initial-admin-password';
/** Stands from the first complete start on: the administrator exists, whatever became of the password file. */
const doneName = 'initial-admin-created';

export interface FirstStart {
  /** Somebody chose the password: environment or configuration file. */
  isPasswordGiven: boolean;
  /** Asked once, before the services start: a database of one's own may have its administrator already. */
  hasUsers: () => Promise<boolean>;
}

/**
 * A random password for the first administrator.
 *
 * @returns null when there is none to make: it is given, or there are users. A start that was broken off gives the same again.
 */
export async function initialPassword(dataDir: DataDir, { isPasswordGiven, hasUsers }: FirstStart): Promise<string | null> {
  if (dataDir.has(doneName) || isPasswordGiven) return null;
  if (!dataDir.has(passwordName) && (await hasUsers())) return null;
  return dataDir.readOrCreate(passwordName, randomPassword);
}

/**
 * Notes that the administrator exists.
 *
 * @returns what to tell the person who started it: the first time, with a random password, its value and where it is kept.
 */
export function administratorCreated(dataDir: DataDir, username: string, password: string | null): string | null {
  if (dataDir.has(doneName)) return null;
  dataDir.write(doneName, new Date().toISOString());
  if (password === null) return null;
  return `first administrator: ${username}, password: ${password} (kept in ${dataDir.file(passwordName)}; change it and delete the file)`;
}

/** @param url database address of the gateway's role */
export async function gatewayHasUsers(url: string): Promise<boolean> {
  const database = await openDatabase({ service: 'gateway', url, poolSize: 1 });
  try {
    const [table] = await database.query<{ exists: boolean }>("select to_regclass('app_user') is not null as exists");
    return table?.exists === true && (await database.query('select 1 from app_user limit 1')).length > 0;
  } finally {
    await database.close();
  }
}
