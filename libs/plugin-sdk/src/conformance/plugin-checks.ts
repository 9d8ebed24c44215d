import { expect } from '@jest/globals';
import { AppError } from '@sifaka/kernel';
import { pluginKinds, type Plugin } from '../define-plugin.js';
import { optionTypes } from '../options/option-descriptor.js';
import { parsePluginOptions } from '../options/parse-plugin-options.js';
import { describeChecks, type Check } from './check.js';
import { testContext } from './test-context.js';

export interface GivenOption {
  name: string;
  value: unknown;
}

export interface PluginSubject {
  plugin: Plugin;
  /** Options with which the plugin works, as a client sends them. */
  options: readonly GivenOption[];
}

const canary = 'canary-7f3a91';

/** What every plugin keeps, whatever its kind. */
export const pluginChecks: readonly Check<PluginSubject>[] = [
  {
    title: 'says what it is: kind, slug, title, description, version',
    run: ({ plugin }) => {
      expect(pluginKinds).toContain(plugin.kind);
      expect(plugin.slug).toMatch(/^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/);
      expect(plugin.title.trim()).not.toBe('');
      expect(plugin.description.trim()).not.toBe('');
      expect(plugin.version).toMatch(/^\d+\.\d+\.\d+/);
    },
  },
  {
    title: 'describes its options so that forms and clients can be made of them',
    run: ({ plugin }) => {
      const descriptors = plugin.pluginOptions();
      expect(new Set(descriptors.map(({ name }) => name)).size).toBe(descriptors.length);
      for (const { name, type, available, default: preset, validation, helpMessage, sensitive } of descriptors) {
        expect(name).toMatch(/^[A-Za-z][A-Za-z0-9_]*$/);
        expect(optionTypes).toContain(type);
        expect({ name, helpMessage }).not.toEqual({ name, helpMessage: '' });
        if (type === 'select') expect(available?.length).toBeGreaterThan(0);
        if (available !== undefined && preset !== undefined) expect(available).toContain(preset);
        if (validation !== undefined) expect(() => new RegExp(validation)).not.toThrow();
        if (sensitive === true) expect(preset).toBeUndefined();
      }
    },
  },
  {
    title: 'reads its own options back to the same values',
    run: ({ plugin, options }) => {
      const values = parsePluginOptions(plugin, options);
      expect(plugin.optionsSchema.parse(values)).toEqual(values);
    },
  },
  {
    title: 'never changes its definitions, whatever is done with them',
    run: ({ plugin, options }) => {
      const before = JSON.stringify(plugin.pluginOptions());
      const given = JSON.stringify(options);
      for (const descriptor of plugin.pluginOptions()) Object.assign(descriptor, { value: canary, default: canary });
      plugin.create(parsePluginOptions(plugin, options), testContext());
      expect(JSON.stringify(plugin.pluginOptions())).toBe(before);
      expect(JSON.stringify(options)).toBe(given);
    },
  },
  {
    title: 'refuses options that it does not have, and values outside a list, by their names',
    run: ({ plugin, options }) => {
      expectRefusal(plugin, [...options, { name: 'noSuchOption', value: 'x' }], 'noSuchOption');
      for (const { name } of plugin.pluginOptions().filter(({ type }) => type === 'select')) expectRefusal(plugin, replaced(options, name, canary), name);
    },
  },
  {
    title: 'asks for its required options by their names',
    run: ({ plugin, options }) => {
      const required = plugin.pluginOptions().filter((descriptor) => descriptor.required && descriptor.default === undefined);
      for (const { name } of required) {
        const without = options.filter((option) => option.name !== name);
        expectRefusal(plugin, without, name);
      }
    },
  },
  {
    title: 'keeps secrets out of its errors',
    run: ({ plugin, options }) => {
      for (const { name } of plugin.pluginOptions().filter(({ sensitive }) => sensitive === true)) {
        for (const value of [{ canary }, [canary], `${canary}\0`, canary.repeat(2_000)]) {
          const fault = faultOf(() => plugin.create(parsePluginOptions(plugin, replaced(options, name, value)), testContext()));
          if (fault instanceof Error) expect(`${String(fault)} ${JSON.stringify(fault)}`).not.toContain(canary);
        }
      }
    },
  },
  {
    title: 'is created without side effects',
    run: ({ plugin, options }) => {
      const context = testContext();
      const before = process.getActiveResourcesInfo().length;
      plugin.create(parsePluginOptions(plugin, options), context);
      expect(context.uses).toEqual([]);
      expect(process.getActiveResourcesInfo()).toHaveLength(before);
    },
  },
  {
    title: 'refuses to be created with values that its schema refuses',
    run: ({ plugin, options }) => {
      const [first] = plugin.pluginOptions();
      if (first === undefined) return;
      const fault = faultOf(() => plugin.create({ ...parsePluginOptions(plugin, options), [first.name]: { not: 'a value' } }, testContext()));
      expect(fault).toBeInstanceOf(AppError);
    },
  },
  {
    title: 'may be closed twice',
    run: async ({ plugin, options }) => {
      const instance = plugin.create(parsePluginOptions(plugin, options), testContext());
      await instance.close?.();
      await instance.close?.();
    },
  },
];

/** The checks that plugins of every kind pass; the suites of the kinds include them. */
export function describePlugin(subject: PluginSubject): void {
  describeChecks(`plugin ${subject.plugin.slug}`, pluginChecks, subject);
}

const replaced = (options: readonly GivenOption[], name: string, value: unknown): GivenOption[] => [...options.filter((option) => option.name !== name), { name, value }];

function expectRefusal(plugin: Plugin, options: readonly GivenOption[], name: string): void {
  const fault = faultOf(() => parsePluginOptions(plugin, options));
  expect(fault).toMatchObject({ code: 'invalid_argument', fields: [{ path: `plugin.pluginOptions.${name}` }] });
}

function faultOf(act: () => unknown): unknown {
  try {
    act();
    return null;
  } catch (error) {
    return error;
  }
}
