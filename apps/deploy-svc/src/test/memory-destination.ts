import { AppError } from '@sifaka/kernel';
import { definePlugin, exportPlugin, secret } from '@sifaka/plugin-sdk';
import { z } from 'zod';

/** A place in memory that does as the test says. */
export class MemoryPlace {
  readonly files = new Map<string, string>();
  /** Thrown by what its key names: `check`, `uploadToken`, `removeToken`. */
  readonly faults = new Map<string, AppError>();
  readonly calls: string[] = [];
  /** Secrets that instances were made with. */
  readonly passwords: (string | undefined)[] = [];
  /** Waited for before a token is put. */
  gate: () => Promise<void> = () => Promise.resolve();
  hostKey = 'key-1';

  reset(): void {
    this.files.clear();
    this.faults.clear();
    this.calls.length = 0;
    this.gate = () => Promise.resolve();
    this.hostKey = 'key-1';
  }

  call(what: string): void {
    this.calls.push(what);
    const fault = this.faults.get(what);
    if (fault !== undefined) throw fault;
  }
}

export const memoryPlace = new MemoryPlace();

const Options = z.object({
  host: z.string().min(1).describe('Where it is'),
  port: z.int().default(22).describe('Its port'),
  password: secret().optional().describe('What lets in'),
  hostKey: z.string().optional().describe('Key of the host; the first one is trusted'),
  exportPlugin: exportPlugin().optional().describe('What makes the file'),
});

/** Refuses the password `wrong`. */
export const memoryPlugin = definePlugin({
  kind: 'destination',
  slug: 'memory-destination',
  title: 'Memory',
  description: 'Files in memory',
  version: '1.0.0',
  options: Options,
  create: ({ host, port, password, hostKey }) => {
    let seen: string | undefined;
    const login = (what: string) => {
      memoryPlace.passwords.push(password);
      memoryPlace.call(what);
      if (password === 'wrong') throw new AppError('permission_denied', 'the other side says: unknown password');
      if (hostKey !== undefined && hostKey !== memoryPlace.hostKey) throw new AppError('failed_precondition', `the host shows ${memoryPlace.hostKey}, not ${hostKey}`);
      seen = memoryPlace.hostKey;
    };
    return {
      place: `${host}:${port}`,
      learned: (): Record<string, string> => (hostKey === undefined && seen !== undefined ? { hostKey: seen } : {}),
      check: async () => login('check'),
      upload: async () => ({ externalId: null }),
      uploadToken: async ({ path, content }) => {
        login('uploadToken');
        await memoryPlace.gate();
        memoryPlace.files.set(path, content);
      },
      removeToken: async ({ path }) => {
        login('removeToken');
        memoryPlace.files.delete(path);
      },
    };
  },
});

/** Cannot serve tokens. */
export const plainPlugin = definePlugin({
  kind: 'destination',
  slug: 'plain-destination',
  title: 'Plain',
  description: 'Certificates alone',
  version: '1.0.0',
  options: z.object({}),
  create: () => ({ upload: async () => ({ externalId: null }) }),
});
