import { describe, expect, it } from '@jest/globals';
import { AppError } from '@sifaka/kernel';
import { z } from 'zod';
import { definePlugin, type Plugin } from '../define-plugin.js';
import { certificateOf, generatePassphrase, passphraseOption, privateKeyOf } from '../export/key-file.js';
import type { ExportedFile, ExportInput } from '../kinds/exporter.js';
import type { PluginContext } from '../context.js';
import { secret } from '../options/option-schemas.js';
import type { Check } from './check.js';
import { describeExporter, exporterChecks, type ExporterSubject } from './exporter-checks.js';
import { pluginChecks, type PluginSubject } from './plugin-checks.js';

const Options = z.object({
  kind: z.enum(['a', 'b']).describe('Kind'),
  passphrase: passphraseOption().optional().describe('Passphrase'),
});

type Made = (input: ExportInput, options: z.output<typeof Options>, context: PluginContext) => Promise<ExportedFile> | ExportedFile;

const good: Made = (input, { passphrase }, { random }) => {
  privateKeyOf(input, 'sample-export');
  return { extension: 'bin', passphrase: passphrase ?? generatePassphrase(random), data: certificateOf(input).der };
};

const sample = (make: Made, changes: { onCreate?: (context: PluginContext) => void; options?: typeof Options; slug?: string } = {}): Plugin<'export'> =>
  definePlugin({
    kind: 'export',
    slug: changes.slug ?? 'sample-export',
    title: 'Sample',
    description: 'A plugin to test the suites with',
    version: '1.0.0',
    options: changes.options ?? Options,
    create: (options, context) => {
      changes.onCreate?.(context);
      return { export: async (input) => make(input, options, context) };
    },
  });

const subjectOf = (plugin: Plugin<'export'>, inspect: ExporterSubject['inspect'] = () => {}): ExporterSubject => ({ plugin, options: [{ name: 'kind', value: 'a' }], inspect });

describeExporter(subjectOf(sample(good)));

async function failing<Subject>(checks: readonly Check<Subject>[], subject: Subject): Promise<string[]> {
  const failed: string[] = [];
  for (const { title, run } of checks) {
    try {
      await run(subject);
    } catch {
      failed.push(title);
    }
  }
  return failed;
}

describe('the suite of every plugin fails for', () => {
  const withOptions = (options: z.ZodObject): Plugin<'export'> => definePlugin({ ...sample(good), options, create: () => ({ export: async () => ({ extension: 'x', passphrase: null, data: Buffer.of(1) }) }) });

  it.each<[string, Plugin<'export'>, PluginSubject['options'], RegExp]>([
    ['a slug that is no slug', sample(good, { slug: 'Sample Export' }), [{ name: 'kind', value: 'a' }], /says what it is/],
    ['an option without help', withOptions(z.object({ kind: z.enum(['a']).default('a') })), [], /describes its options/],
    ['a default outside the list', withOptions(z.object({ kind: z.string().default('c').describe('Kind').meta({ enum: ['a'] }) })), [], /describes its options/],
    ['a secret with a default', withOptions(z.object({ token: secret().describe('Token') }).extend({ other: z.string().default('x').describe('') })), [{ name: 'token', value: 'x' }], /describes its options/],
    ['a schema that reads its own output as something else', withOptions(z.object({ count: z.coerce.string().transform((text) => `${text}!`).describe('Count') })), [{ name: 'count', value: '1' }], /reads its own options back/],
    ['options that are not accepted', sample(good), [{ name: 'kind', value: 'z' }], /reads its own options back/],
    ['a log line in create', sample(good, { onCreate: ({ logger }) => logger.info('made') }), [{ name: 'kind', value: 'a' }], /without side effects/],
    ['a timer in create', sample(good, { onCreate: () => void setTimeout(() => {}, 50) }), [{ name: 'kind', value: 'a' }], /without side effects/],
    ['a secret in an error', withOptions(z.object({ token: secret().refine(() => false, { error: ({ input }) => `bad token ${String(input)}` }).optional().describe('Token') })), [], /keeps secrets out/],
  ])('%s', async (_what, plugin, options, title) => {
    expect(await failing(pluginChecks, { plugin, options })).toEqual(expect.arrayContaining([expect.stringMatching(title)]));
  });
});

describe('the suite of export plugins fails for', () => {
  it.each<[string, Made, RegExp]>([
    ['one that works without the key it asks for', (input) => ({ extension: 'bin', passphrase: generatePassphrase(() => crypto.getRandomValues(new Uint8Array(48))), data: certificateOf(input).der }), /asks for the key/],
    ['one passphrase for all', (input, _options, context) => ({ ...(good(input, { kind: 'a' }, context) as ExportedFile), passphrase: 'always the same passphrase' }), /strong one of its own/],
    ['a weak passphrase', (input, { passphrase }, { random }) => (privateKeyOf(input, 'x'), { extension: 'bin', passphrase: passphrase ?? generatePassphrase(random, 'abc', 8), data: Buffer.of(1) }), /strong one of its own/],
    ['one that needs a common name', (input, options, context) => (input.commonName === null ? Promise.reject(new Error('no name')) : good(input, options, context)), /without common name/],
    ['one that changes its input', (input, options, context) => (input.chainDer.pop(), good(input, options, context)), /leaves its input/],
    ['one that shows the key', (input) => Promise.reject(new AppError('internal', Buffer.from(input.privateKeyPkcs8Der ?? []).toString('hex'))), /without showing it/],
    ['one that logs', (input, options, context) => (context.logger.info('exported'), good(input, options, context)), /neither network nor log/],
    ['an empty file', () => ({ extension: 'bin', passphrase: null, data: new Uint8Array() }), /exports RSA, EC and Ed25519/],
  ])('%s', async (_what, make, title) => {
    expect(await failing(exporterChecks, subjectOf(sample(make)))).toEqual(expect.arrayContaining([expect.stringMatching(title)]));
  });

  it('a file that others do not open', async () => {
    const inspect = () => Promise.reject(new Error('not a file'));
    expect(await failing(exporterChecks, subjectOf(sample(good), inspect))).toEqual(expect.arrayContaining([expect.stringMatching(/others open/)]));
  });
});
