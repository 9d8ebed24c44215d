import { expect } from '@jest/globals';
import { AppError } from '@sifaka/kernel';
import type { Plugin } from '../define-plugin.js';
import type { ExportedFile, ExportInput } from '../kinds/exporter.js';
import { parsePluginOptions } from '../options/parse-plugin-options.js';
import { describeChecks, type Check } from './check.js';
import { pluginChecks, type GivenOption } from './plugin-checks.js';
import { testContext } from './test-context.js';
import { testPath, type TestPath } from './test-path.js';

export interface ExporterSubject {
  plugin: Plugin<'export'>;
  /** Options with which the plugin works, as a client sends them. */
  options: readonly GivenOption[];
  /** Opens a file with software or code other than the plugin's, and compares it with what went in. */
  inspect(file: ExportedFile, input: ExportInput): void | Promise<void>;
}

const keyTypes = ['RSA2048', 'ECCPRIME256V1', 'ECCSECP384R1', 'ED25519'];

let paths: readonly TestPath[] | undefined;
const testPaths = (): readonly TestPath[] => (paths ??= keyTypes.map(testPath));

function run({ plugin, options }: ExporterSubject, input: ExportInput, more: readonly GivenOption[] = []): Promise<ExportedFile> {
  const names = new Set(more.map(({ name }) => name));
  const values = parsePluginOptions(plugin, [...options.filter(({ name }) => !names.has(name)), ...more]);
  return plugin.create(values, testContext()).export(input);
}

const given = ({ plugin }: ExporterSubject, { privateKey: _key, ...input }: TestPath): ExportInput => ({ ...input, privateKeyPkcs8Der: plugin.requiresKey ? input.privateKeyPkcs8Der : null });

const hasPassphrase = ({ plugin }: ExporterSubject): boolean => plugin.pluginOptions().some(({ name }) => name === 'passphrase');

export const exporterChecks: readonly Check<ExporterSubject>[] = [
  {
    title: 'exports RSA, EC and Ed25519, with chain and without, into files that others open',
    run: async (subject) => {
      for (const path of testPaths()) {
        for (const chainDer of [path.chainDer, path.chainDer.slice(0, 1), []]) {
          const input = { ...given(subject, path), chainDer };
          const file = await run(subject, input);
          expect(file.extension).toMatch(/^[a-z0-9]{2,8}$/);
          expect(file.data.length).toBeGreaterThan(0);
          expect(file.passphrase).not.toBe('');
          await subject.inspect(file, input);
        }
      }
    },
  },
  {
    title: 'exports a certificate without common name',
    run: async (subject) => {
      for (const path of testPaths().slice(0, 2)) {
        const input = { ...given(subject, path), commonName: null };
        await subject.inspect(await run(subject, input), input);
      }
    },
  },
  {
    title: 'leaves its input as it was',
    run: async (subject) => {
      for (const path of testPaths()) {
        const input = given(subject, path);
        const before = JSON.stringify(input);
        await run(subject, input);
        expect(JSON.stringify(input)).toBe(before);
      }
    },
  },
  {
    title: 'asks for the key when it needs one, and does without when it does not',
    run: async (subject) => {
      const [path] = testPaths();
      if (path === undefined) return;
      const exported = run(subject, { ...given(subject, path), privateKeyPkcs8Der: null });
      if (subject.plugin.requiresKey) await expect(exported).rejects.toMatchObject({ code: 'failed_precondition' });
      else await expect(exported).resolves.toBeDefined();
    },
  },
  {
    title: 'uses the passphrase that is given, and makes a strong one of its own each time otherwise',
    run: async (subject) => {
      if (!hasPassphrase(subject)) return;
      const [path] = testPaths();
      if (path === undefined) return;
      const input = given(subject, path);
      const mine = await run(subject, input, [{ name: 'passphrase', value: 'given by me 1' }]);
      expect(mine.passphrase).toBe('given by me 1');
      await subject.inspect(mine, input);
      const [first, second] = [await run(subject, input), await run(subject, input)];
      if (first.passphrase === null) return;
      expect(first.passphrase.length).toBeGreaterThanOrEqual(24);
      expect(second.passphrase).not.toBe(first.passphrase);
    },
  },
  {
    title: 'refuses a damaged key or certificate as AppError, without showing it',
    run: async (subject) => {
      const [path] = testPaths();
      if (path === undefined) return;
      const input = given(subject, path);
      const faults = [{ ...input, certificateDer: path.certificateDer.subarray(0, 100) }, ...(subject.plugin.requiresKey ? [{ ...input, privateKeyPkcs8Der: path.privateKeyPkcs8Der.subarray(0, 100) }] : [])];
      for (const damaged of faults) {
        const fault = await run(subject, damaged).then(
          () => null,
          (error: unknown) => error,
        );
        expect(fault).toBeInstanceOf(AppError);
        for (const shown of [path.privateKeyPkcs8Der.subarray(40, 60).toString('base64'), path.privateKeyPkcs8Der.subarray(40, 60).toString('hex')]) expect(`${String(fault)} ${JSON.stringify(fault)}`).not.toContain(shown);
      }
    },
  },
  {
    title: 'reaches for neither network nor log',
    run: async (subject) => {
      const [path] = testPaths();
      if (path === undefined) return;
      const context = testContext();
      await subject.plugin.create(parsePluginOptions(subject.plugin, subject.options), context).export(given(subject, path));
      expect(context.uses.filter((use) => use !== 'random')).toEqual([]);
    },
  },
];

/** The suite of export plugins. */
export function describeExporter(subject: ExporterSubject): void {
  describeChecks(`plugin ${subject.plugin.slug}`, pluginChecks, subject);
  describeChecks(`export plugin ${subject.plugin.slug}`, exporterChecks, subject);
}
