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
  // No reference is one.
  password: secret().regex(/^[^:]+$/).optional().describe('What lets in'),
  path: z.string().default('/').describe('Folder'),
  fingerprint: z.string().optional().describe('Key of the host; the first one is trusted'),
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
  create: ({ host, port, password, fingerprint }) => {
    let seen: string | undefined;
    const login = (what: string) => {
      memoryPlace.passwords.push(password);
      memoryPlace.call(what);
      if (password === 'wrong') throw new AppError('permission_denied', 'the other side says: unknown password');
      if (fingerprint !== undefined && fingerprint !== memoryPlace.hostKey) throw new AppError('failed_precondition', `the host shows ${memoryPlace.hostKey}, not ${fingerprint}`);
      seen = memoryPlace.hostKey;
    };
    return {
      place: `${host}:${port}`,
      learned: (): Record<string, string> => (fingerprint === undefined && seen !== undefined ? { fingerprint: seen } : {}),
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

/** Has its files made elsewhere, where it shows a secret. */
export const travellingExport = definePlugin({
  kind: 'export',
  slug: 'travelling-export',
  title: 'Travelling',
  description: 'Files that somebody else makes',
  version: '1.0.0',
  requiresKey: false,
  options: z.object({ url: z.url().describe('Who makes them'), token: secret().describe('What lets in') }),
  create: () => ({ export: async () => ({ extension: 'bin', passphrase: null, data: new Uint8Array() }) }),
});
