import { mkdir, readFile, rm, writeFile, chmod } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import type { Terminal } from './terminal.js';

const Session = z.object({ url: z.string(), token: z.string() });
type Session = z.output<typeof Session>;

export const defaultUrl = 'http://127.0.0.1:8000';

function pathOf(env: Terminal['env']): string {
  const config = env.XDG_CONFIG_HOME;
  return join(config === undefined || config === '' ? join(env.HOME ?? homedir(), '.config') : config, 'sifaka/session.json');
}

/** What `sifaka login` kept; nothing when there is none or it cannot be understood. */
export async function readSession(env: Terminal['env']): Promise<Session | null> {
  try {
    return Session.parse(JSON.parse(await readFile(pathOf(env), 'utf8')));
  } catch {
    return null;
  }
}

/** Readable by its owner alone, also when it was there before with other rights. */
export async function writeSession(env: Terminal['env'], session: Session): Promise<string> {
  const path = pathOf(env);
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  await writeFile(path, `${JSON.stringify(session, null, 2)}\n`, { mode: 0o600 });
  await chmod(path, 0o600);
  return path;
}

export async function removeSession(env: Terminal['env']): Promise<void> {
  await rm(pathOf(env), { force: true });
}
