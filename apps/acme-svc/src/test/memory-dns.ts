import { AppError } from '@sifaka/kernel';
import { definePlugin, secret } from '@sifaka/plugin-sdk';
import { z } from 'zod';
import type { TestDnsServer } from './a-dns-server.js';

/** A DNS interface in memory, as clumsy as the real ones: it reads all values of a name and writes them back. */
export class MemoryDns {
  zones = ['example.test', 'sub.example.test'];
  readonly records = new Map<string, string[]>();
  /** Thrown by what its key names: `check`, `zones`, `addTxt`, `removeTxt`. */
  readonly faults = new Map<string, AppError>();
  /** Waited for between reading and writing. */
  pause: () => Promise<void> = () => new Promise((resolve) => void setTimeout(resolve, 5));
  /** Calls in order: `addTxt name value`. */
  readonly calls: string[] = [];
  /** Secrets that instances were made with. */
  readonly tokens: string[] = [];
  /** Serves what is written, when there is one. */
  server: TestDnsServer | undefined;

  reset(): void {
    this.zones = ['example.test', 'sub.example.test'];
    this.records.clear();
    this.faults.clear();
    this.calls.length = 0;
    this.pause = () => new Promise((resolve) => void setTimeout(resolve, 5));
  }

  values(name: string): string[] {
    return this.records.get(name) ?? [];
  }

  call(what: string, ...facts: string[]): void {
    this.calls.push([what, ...facts].join(' '));
    const fault = this.faults.get(what);
    if (fault !== undefined) throw fault;
  }

  async rewrite(name: string, change: (values: string[]) => string[]): Promise<void> {
    const values = [...this.values(name)];
    await this.pause();
    this.records.set(name, change(values));
    this.server?.set(name, 'TXT', this.values(name));
  }
}

export const memoryDns = new MemoryDns();

const Options = z.object({
  account: z.string().min(1).describe('Account at the other side'),
  token: secret().describe('Key of the account').meta({ setting: 'ACME_MEMORY_TOKEN' }),
  size: z.enum(['small', 'large']).default('small').describe('Of the account'),
});

/** Keeps records in `memoryDns`; refuses the token `wrong`. */
export const memoryPlugin = definePlugin({
  kind: 'dns',
  slug: 'memory',
  title: 'Memory',
  description: 'Records in memory',
  version: '1.0.0',
  options: Options,
  create: ({ token }) => {
    memoryDns.tokens.push(token);
    // Of one instance, as plugins do: against another instance nothing helps but not to write at the same time.
    const lines = new Map<string, Promise<unknown>>();
    const inLine = (name: string, work: () => Promise<void>): Promise<void> => {
      const turn = (lines.get(name) ?? Promise.resolve()).catch(() => undefined).then(work);
      lines.set(name, turn);
      return turn;
    };
    return {
      check: async () => {
        memoryDns.call('check');
        if (token === 'wrong') throw new AppError('permission_denied', 'the other side says: unknown key');
      },
      zones: async () => {
        memoryDns.call('zones');
        return memoryDns.zones;
      },
      addTxt: ({ name, value }) =>
        inLine(name, async () => {
          memoryDns.call('addTxt', name, value);
          await memoryDns.rewrite(name, (values) => [...new Set([...values, value])]);
        }),
      removeTxt: ({ name, value }) =>
        inLine(name, async () => {
          memoryDns.call('removeTxt', name, value);
          await memoryDns.rewrite(name, (values) => values.filter((other) => other !== value));
        }),
    };
  },
});

/** A second type, for lists of types. */
export const otherPlugin = definePlugin({
  kind: 'dns',
  slug: 'other',
  title: 'Other',
  description: 'Needs nothing',
  version: '1.0.0',
  options: z.object({}),
  create: () => ({ zones: async () => [], addTxt: async () => {}, removeTxt: async () => {} }),
});
