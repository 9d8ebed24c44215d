import { describe, expect, it } from '@jest/globals';
import { AppError } from '@sifaka/kernel';
import fc from 'fast-check';
import { z } from 'zod';
import { definePlugin } from '../define-plugin.js';
import { exportPlugin, longText, matching, secret } from './option-schemas.js';
import { toPluginOptions } from './option-descriptor.js';
import { parsePluginOptions } from './parse-plugin-options.js';

const owner = {
  slug: 'example-destination',
  optionsSchema: z.object({
    account: matching('\\d{4}').describe('Account number'),
    region: z.enum(['north', 'south']).default('north').describe('Region'),
    port: z.int().min(1).max(65_535).default(22).describe('Port').meta({ required: true }),
    encrypt: z.boolean().default(true).describe('Encrypt at rest'),
    note: longText().optional(),
    password: secret().regex(/^[a-z]+$/).describe('Password').optional(),
    exportPlugin: exportPlugin().optional(),
  }),
};

const sub = { slug: 'sub-export', optionsSchema: z.object({ passphrase: secret().optional(), kind: z.enum(['a', 'b']) }) };

const faultOf = (options: unknown, settings = {}): AppError => {
  try {
    parsePluginOptions(owner, options, settings);
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
  throw new Error('was accepted');
};

describe('descriptors of plugin options', () => {
  it('says everything that Lemur clients read', () => {
    expect(toPluginOptions(owner.optionsSchema)).toEqual([
      { name: 'account', type: 'str', required: true, validation: '\\d{4}', helpMessage: 'Account number' },
      { name: 'region', type: 'select', required: false, default: 'north', available: ['north', 'south'], helpMessage: 'Region' },
      { name: 'port', type: 'int', required: true, default: 22, helpMessage: 'Port' },
      { name: 'encrypt', type: 'bool', required: false, default: true, helpMessage: 'Encrypt at rest' },
      { name: 'note', type: 'textarea', required: false, helpMessage: '' },
      { name: 'password', type: 'str', required: false, validation: '^[a-z]+$', helpMessage: 'Password', sensitive: true },
      { name: 'exportPlugin', type: 'export-plugin', required: false, helpMessage: '' },
    ]);
  });

  it('are the same after any use of them', () => {
    const before = JSON.stringify(toPluginOptions(owner.optionsSchema));
    const seen = toPluginOptions(owner.optionsSchema);
    Object.assign(seen[5] ?? {}, { value: 'hunter', default: 'hunter' });
    seen[1]?.available?.push('west');
    parsePluginOptions(owner, [{ name: 'account', value: '1234' }, { name: 'password', value: 'hunter' }]);
    expect(JSON.stringify(toPluginOptions(owner.optionsSchema))).toBe(before);
  });
});

describe('options that are stored', () => {
  const Options = z
    .object({ host: z.string().default('a.test').describe('Host'), token: secret().regex(/^[a-z]+$/).describe('Token') })
    .refine(({ token }) => token !== 'secret', { error: 'is easily guessed', path: ['token'] });
  const owner = { slug: 'strict', optionsSchema: Options };
  const stored = [{ name: 'token', value: 'secret:5f7c1f3e-0000-4000-8000-000000000000' }];

  it('hold references in place of secrets, which no rule is applied to', () => {
    expect(() => parsePluginOptions(owner, stored)).toThrow(/token/);
    expect(parsePluginOptions(owner, stored, { areSecretsReferences: true })).toEqual({ host: 'a.test', token: stored[0]?.value });
    expect(() => parsePluginOptions(owner, [], { areSecretsReferences: true })).toThrow(/token: required/);
    expect(() => parsePluginOptions(owner, [...stored, { name: 'host', value: 5 }], { areSecretsReferences: true })).toThrow(/host/);
  });

  it('answer what a plugin is asked about them', () => {
    const plugin = definePlugin({
      ...{ kind: 'destination', slug: 'strict', title: 'Strict', description: 'Strict', version: '1', options: Options },
      sourceTwin: ({ host }) => ({ slug: 'strict-source', options: { host } }),
      needsKey: ({ host }) => host === 'a.test',
      create: () => {
        throw new Error('not here');
      },
    });
    const values = parsePluginOptions(plugin, stored, { areSecretsReferences: true });
    expect(plugin.sourceTwin(values)).toMatchObject({ options: { host: 'a.test' } });
    expect(plugin.needsKey?.(values)).toBe(true);
  });
});

describe('options that a client sends', () => {
  it('become values with defaults filled in', () => {
    expect(parsePluginOptions(owner, [{ name: 'account', value: '1234', type: 'select', helpMessage: 'mine' }, {}])).toEqual({ account: '1234', region: 'north', port: 22, encrypt: true });
  });

  it('may be numbers and switches written as text, as forms send them', () => {
    expect(parsePluginOptions(owner, [{ name: 'account', value: '1234' }, { name: 'port', value: '2222' }, { name: 'encrypt', value: 'False' }])).toMatchObject({ port: 2222, encrypt: false });
  });

  it('count as not given when empty', () => {
    expect(parsePluginOptions(owner, [{ name: 'account', value: '1' + '234' }, { name: 'region', value: '' }, { name: 'password', value: null }, { name: 'note' }])).toEqual({ account: '1234', region: 'north', port: 22, encrypt: true });
  });

  it.each([
    ['unknown', [{ name: 'account', value: '1234' }, { name: 'colour', value: 'red' }], 'plugin.pluginOptions.colour', /unknown option/],
    ['missing', [], 'plugin.pluginOptions.account', /required/],
    ['empty though required', [{ name: 'account', value: '' }], 'plugin.pluginOptions.account', /required/],
    ['not in the list', [{ name: 'account', value: '1234' }, { name: 'region', value: 'west' }], 'plugin.pluginOptions.region', /"west" is not one of "north", "south"/],
    ['against the pattern at the start', [{ name: 'account', value: 'x1234' }], 'plugin.pluginOptions.account', /"x1234" does not match/],
    ['of another type', [{ name: 'account', value: 1234 }], 'plugin.pluginOptions.account', /expected string/],
    ['out of range', [{ name: 'account', value: '1234' }, { name: 'port', value: 70_000 }], 'plugin.pluginOptions.port', /65535/],
  ])('are refused by name when %s', (_title, options, path, message) => {
    const { code, fields = [], message: detail } = faultOf(options);
    expect(code).toBe('invalid_argument');
    expect(fields).toEqual([{ path, message: expect.stringMatching(message) }]);
    expect(detail).toMatch(message);
  });

  it('may go on after the place where the pattern ends, as in Lemur', () => {
    expect(parsePluginOptions(owner, [{ name: 'account', value: '12345 and more' }])).toMatchObject({ account: '12345 and more' });
  });

  it('are refused together, one line each', () => {
    expect(faultOf([{ name: 'account', value: 'x' }, { name: 'region', value: 'x' }]).fields).toHaveLength(2);
  });

  it('stay out of the error when they are secret', () => {
    const fault = faultOf([{ name: 'account', value: '1234' }, { name: 'password', value: 'HUNTER2' }]);
    expect(JSON.stringify(fault.toData())).not.toContain('HUNTER2');
    expect(fault.fields?.[0]?.path).toBe('plugin.pluginOptions.password');
  });

  it('may be repeated, but not with different values', () => {
    const [first, again] = [{ name: 'port', value: 22 }, { name: 'port', value: '22' }];
    expect(parsePluginOptions(owner, [{ name: 'account', value: '1234' }, first, again, { name: 'port', value: '' }])).toMatchObject({ port: 22 });
    expect(faultOf([{ name: 'account', value: '1234' }, first, { name: 'port', value: 23 }]).fields).toEqual([{ path: 'plugin.pluginOptions.port', message: 'given twice, with different values' }]);
    const secrets = faultOf([{ name: 'account', value: '1234' }, { name: 'password', value: 'one' }, { name: 'password', value: 'two' }]);
    expect(JSON.stringify([secrets.message, secrets.fields])).not.toMatch(/one|two/);
  });

  it('may hold names that belong to the host, which the plugin does not see', () => {
    expect(parsePluginOptions(owner, [{ name: 'account', value: '1234' }, { name: 'cab_compliant', value: true }], { hostOptions: ['cab_compliant'] })).not.toHaveProperty('cab_compliant');
  });

  it('are checked through a nested plugin reference, in both spellings', () => {
    const settings = { exportPluginOf: (slug: string) => (slug === sub.slug ? sub : undefined) };
    const given = (value: unknown) => [{ name: 'account', value: '1234' }, { name: 'exportPlugin', value }];
    expect(parsePluginOptions(owner, given({ slug: sub.slug, plugin_options: [{ name: 'kind', value: 'a' }] }), settings).exportPlugin).toEqual({ slug: sub.slug, pluginOptions: [{ name: 'kind', value: 'a' }] });
    expect(faultOf(given({ slug: sub.slug, pluginOptions: [{ name: 'kind', value: 'c' }] }), settings).fields?.[0]?.path).toBe('plugin.pluginOptions.exportPlugin.pluginOptions.kind');
    expect(faultOf(given({ slug: 'nobody' }), settings).fields?.[0]?.path).toBe('plugin.pluginOptions.exportPlugin.slug');
  });

  it('are accepted or refused as AppError, whatever they are', () => {
    fc.assert(
      fc.property(fc.oneof(fc.anything(), fc.array(fc.record({ name: fc.oneof(fc.string(), fc.constantFrom('account', 'port', 'exportPlugin', '__proto__')), value: fc.anything() }))), (options) => {
        try {
          parsePluginOptions(owner, options);
        } catch (error) {
          expect(error).toBeInstanceOf(AppError);
        }
      }),
    );
  });
});
