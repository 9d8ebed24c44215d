import { describe, expect, it } from '@jest/globals';
import { AppError } from '@sifaka/kernel';
import { z } from 'zod';
import { definePlugin } from '../define-plugin.js';
import { assertPublishedName } from '../destination/published-name.js';
import type { DeployableCertificate, DeployedCertificate, Destination } from '../kinds/destination.js';
import { secret } from '../options/option-schemas.js';
import { describeDestination, destinationChecks } from './destination-checks.js';
import type { DestinationSubject } from './destination-subject.js';

type Sound = Required<Omit<Destination, 'place' | 'placeFor' | 'store' | 'learned' | 'servedWithinMs' | 'reload' | 'close'>>;

const nameOf = (path: string) => {
  const name = path.split('/').at(-1) ?? '';
  if (!/^[\w-]+$/.test(name)) throw new AppError('invalid_argument', 'no token');
  return name;
};

/** Files in memory: `<name>.der`, and `<name>.der.before` for as long as an upload is not settled; empty where there was nothing before. */
function soundDestination(login: () => void, files: Map<string, Buffer>): Sound {
  const fileOf = ({ name }: { name: string }) => `${name}.der`;
  const holds = (certificate: DeployedCertificate) => files.get(fileOf(certificate))?.equals(certificate.certificateDer) ?? false;
  return {
    check: async () => login(),
    upload: async (certificate: DeployableCertificate) => {
      login();
      const file = fileOf(certificate);
      const before = files.get(file);
      if (before?.equals(certificate.certificateDer) !== true) {
        files.set(`${file}.before`, before ?? Buffer.of());
        files.set(file, Buffer.from(certificate.certificateDer));
      }
      return { externalId: certificate.name };
    },
    verify: async (certificate) => (login(), holds(certificate)),
    remove: async (certificate) => {
      login();
      if (holds(certificate)) for (const file of [fileOf(certificate), `${fileOf(certificate)}.before`]) files.delete(file);
    },
    rollback: async (certificate) => {
      login();
      const before = files.get(`${fileOf(certificate)}.before`);
      if (before === undefined || !holds(certificate)) return;
      if (before.length === 0) files.delete(fileOf(certificate));
      else files.set(fileOf(certificate), before);
      files.delete(`${fileOf(certificate)}.before`);
    },
    settle: async (certificate) => void files.delete(`${fileOf(certificate)}.before`),
    endpoints: () => [{ host: 'www.example.test', port: 443, serverName: null, startTls: null }],
    uploadToken: async ({ path, content }) => {
      login();
      files.set(nameOf(path), Buffer.from(content));
    },
    removeToken: async ({ path }) => {
      login();
      files.delete(nameOf(path));
    },
    publish: async ({ name, content }) => {
      assertPublishedName(name);
      login();
      files.set(name, Buffer.from(content));
    },
    unpublish: async ({ name }) => {
      assertPublishedName(name);
      login();
      files.delete(name);
    },
  };
}

/** A destination in memory; `change` says what is wrong with it. */
function aSubject(change: (sound: Sound, files: Map<string, Buffer>) => Partial<Destination> = () => ({})): DestinationSubject {
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
      const sound = soundDestination(login, files);
      return { ...sound, ...change(sound, files) };
    },
  });
  const named = (values: Record<string, string>) => Object.entries(values).map(([name, value]) => ({ name, value }));
  return {
    plugin,
    options: named({ host: 'here', password: 'right' }),
    contents: () => new Map(files),
    plantBeside: ({ name }) => void files.set(`${name}.notes`, Buffer.from('of somebody else')),
    wrongCredentials: named({ password: 'wrong' }),
    away: named({ host: 'away' }),
  };
}

describeDestination(aSubject());

describe('the suite of destinations', () => {
  const rows: [string, Parameters<typeof aSubject>[0]][] = [
    ['leaves its probe behind', (_sound, files) => ({ check: async () => void files.set('probe', Buffer.from('x')) })],
    ['uploads under a new name each time', ({ upload }, files) => ({ upload: async (certificate) => (files.set(`${certificate.name}-${files.size}`, Buffer.from('x')), upload(certificate)) })],
    ['keeps what is there already', ({ upload }, files) => ({ upload: async (certificate) => (files.has(`${certificate.name}.der`) ? { externalId: certificate.name } : upload(certificate)) })],
    ['calls what it replaced by another name', ({ upload }) => ({ upload: async (certificate) => ({ externalId: `${String((await upload(certificate)).externalId)} ${certificate.fingerprint}` }) })],
    ['takes whatever is there for the certificate', () => ({ verify: async () => true })],
    ['does not see what it uploaded', () => ({ verify: async () => false })],
    ['forgets to remove', () => ({ remove: async () => undefined })],
    ['removes by name', (_sound, files) => ({ remove: async ({ name }) => void files.delete(`${name}.der`) })],
    ['removes all that has its name', (_sound, files) => ({ remove: async ({ name }) => [...files.keys()].filter((file) => file.startsWith(`${name}.`)).forEach((file) => files.delete(file)) })],
    ['removes all that there is', (_sound, files) => ({ remove: async () => files.clear() })],
    ['cannot remove what is gone', ({ remove, verify }) => ({ remove: async (certificate) => ((await verify(certificate)) ? remove(certificate) : Promise.reject(new AppError('not_found', 'it is not there'))) })],
    ['leaves behind what it kept', (_sound, files) => ({ remove: async (certificate) => {
          if (files.get(`${certificate.name}.der`)?.equals(certificate.certificateDer) === true) files.delete(`${certificate.name}.der`);
        } })],
    ['does not put back', () => ({ rollback: async () => undefined })],
    ['removes instead of putting back', ({ remove }) => ({ rollback: (certificate) => remove(certificate) })],
    ['puts back over what came later', ({ rollback }, files) => ({ rollback: async (certificate) => (await rollback(certificate), void files.set(`${certificate.name}.der`, Buffer.from('before'))) })],
    ['forgets what it replaced when it is asked to upload again', ({ upload }, files) => ({ upload: async (certificate) => (files.get(`${certificate.name}.der`)?.equals(certificate.certificateDer) === true && files.delete(`${certificate.name}.der.before`), upload(certificate)) })],
    ['remembers in its instance alone what to put back', ({ upload, rollback }) => {
      const known = new Set<string>();
      return { upload: (certificate) => (known.add(certificate.fingerprint), upload(certificate)), rollback: async (certificate) => (known.has(certificate.fingerprint) ? rollback(certificate) : undefined) };
    }],
    ['keeps for ever what it replaced', () => ({ settle: async () => undefined })],
    ['settles by taking all away', (_sound, files) => ({ settle: async ({ name }) => void files.delete(`${name}.der`) })],
    ['serves at no port', () => ({ endpoints: () => [{ host: 'www.example.test', port: 0, serverName: null, startTls: null }] })],
    ['forgets to remove tokens', () => ({ removeToken: async () => undefined })],
    ['writes tokens with a newline', ({ uploadToken }) => ({ uploadToken: ({ path, content }) => uploadToken({ path, content: `${content}\n` }) })],
    ['lets tokens lead out of the folder', (_sound, files) => ({ uploadToken: async ({ path, content }) => void files.set(path.split('/').at(-1) ?? '', Buffer.from(content)) })],
    ['publishes what is there already', ({ publish }, files) => ({ publish: async (file) => (files.has(file.name) ? undefined : publish(file)) })],
    ['publishes with a newline', ({ publish }) => ({ publish: (file) => publish({ ...file, content: Buffer.concat([file.content, Buffer.from('\n')]) }) })],
    ['leaves what it wrote first beside what it publishes', ({ publish }, files) => ({ publish: async (file) => (files.set(`${file.name}.new`, Buffer.of()), publish(file)) })],
    ['unpublishes all that it published', (_sound, files) => ({ unpublish: async ({ name }) => {
          assertPublishedName(name);
          for (const file of [...files.keys()]) if (file.endsWith('.crl')) files.delete(file);
        } })],
    ['forgets to unpublish', () => ({ unpublish: async ({ name }) => {
          assertPublishedName(name);
        } })],
    ['publishes anywhere', (_sound, files) => ({ publish: async ({ name, content }) => void files.set(name, Buffer.from(content)) })],
    ['takes a refusal for success', () => ({ removeToken: async () => undefined, uploadToken: async () => undefined })],
    ['takes an absence for success', () => ({ verify: async () => false, remove: undefined, rollback: undefined })],
    ['shows its secrets', () => ({ check: () => Promise.reject(new AppError('permission_denied', 'the far side does not know the password "wrong"')) })],
  ];

  it.each(rows)('fails a plugin that %s', async (_title, change) => {
    const subject = aSubject(change);
    const outcomes = await Promise.allSettled(destinationChecks.map(async (check) => check.run(subject)));
    expect(outcomes.filter(({ status }) => status === 'rejected')).not.toEqual([]);
  });
});
