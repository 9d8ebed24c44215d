import { describe, expect, it } from '@jest/globals';
import { AppError } from '@sifaka/kernel';
import { z } from 'zod';
import { definePlugin } from '../define-plugin.js';
import type { Destination } from '../kinds/destination.js';
import { secret } from '../options/option-schemas.js';
import { describeDestination, destinationChecks, type DestinationSubject } from './destination-checks.js';

/** A destination in memory; `faults` says what is wrong with it. */
function aSubject(change: (sound: Required<Omit<Destination, 'place' | 'learned' | 'remove' | 'close'>>, files: Map<string, Buffer>) => Partial<Destination> = () => ({})): DestinationSubject {
  const files = new Map<string, Buffer>();
  const plugin = definePlugin({
    kind: 'destination',
    slug: 'memory-destination',
    title: 'Memory',
    description: 'Files in memory',
    version: '1.0.0',
    options: z.object({ host: z.string().describe('Where'), password: secret().describe('What lets in') }),
    create: ({ host, password }) => {
      const login = () => {
        if (host === 'away') throw new AppError('unavailable', 'nobody is there to talk to');
        if (password === 'wrong') throw new AppError('permission_denied', 'the far side does not let us in');
      };
      const nameOf = (path: string) => {
        const name = path.split('/').at(-1) ?? '';
        if (!/^[\w-]+$/.test(name)) throw new AppError('invalid_argument', 'no token');
        return name;
      };
      const sound = {
        check: async () => login(),
        upload: async ({ name, certificateDer }: { name: string; certificateDer: Uint8Array }) => {
          login();
          files.set(`${name}.der`, Buffer.from(certificateDer));
          return { externalId: name };
        },
        verify: async ({ name, certificateDer }: { name: string; certificateDer: Uint8Array }) => files.get(`${name}.der`)?.equals(certificateDer) ?? false,
        uploadToken: async ({ path, content }: { path: string; content: string }) => {
          login();
          files.set(nameOf(path), Buffer.from(content));
        },
        removeToken: async ({ path }: { path: string }) => {
          login();
          files.delete(nameOf(path));
        },
      };
      return { ...sound, ...change(sound, files) };
    },
  });
  const named = (values: Record<string, string>) => Object.entries(values).map(([name, value]) => ({ name, value }));
  return { plugin, options: named({ host: 'here', password: 'right' }), contents: () => new Map(files), wrongCredentials: named({ password: 'wrong' }), away: named({ host: 'away' }) };
}

describeDestination(aSubject());

describe('the suite of destinations', () => {
  const rows: [string, Parameters<typeof aSubject>[0]][] = [
    ['leaves its probe behind', (_sound, files) => ({ check: async () => void files.set('probe', Buffer.from('x')) })],
    ['uploads under a new name each time', ({ upload }, files) => ({ upload: async (certificate) => (files.set(`${certificate.name}-${files.size}`, Buffer.from('x')), upload(certificate)) })],
    ['keeps what is there already', ({ upload }, files) => ({ upload: async (certificate) => (files.has(`${certificate.name}.der`) ? { externalId: certificate.name } : upload(certificate)) })],
    ['forgets to remove tokens', () => ({ removeToken: async () => undefined })],
    ['writes tokens with a newline', ({ uploadToken }) => ({ uploadToken: ({ path, content }) => uploadToken({ path, content: `${content}\n` }) })],
    ['lets tokens lead out of the folder', (_sound, files) => ({ uploadToken: async ({ path, content }) => void files.set(path.split('/').at(-1) ?? '', Buffer.from(content)) })],
    ['takes a refusal for success', () => ({ removeToken: async () => undefined, uploadToken: async () => undefined })],
    ['shows its secrets', () => ({ check: () => Promise.reject(new AppError('permission_denied', 'the far side does not know the password "wrong"')) })],
  ];

  it.each(rows)('fails a plugin that %s', async (_title, change) => {
    const subject = aSubject(change);
    const outcomes = await Promise.allSettled(destinationChecks.map(async (check) => check.run(subject)));
    expect(outcomes.filter(({ status }) => status === 'rejected')).not.toEqual([]);
  });
});
