import { describe, expect, it } from '@jest/globals';
import { definePlugin, secret } from '@sifaka/plugin-sdk';
import { z } from 'zod';
import { fillable, refuseMovedSecrets } from './secret-travel.js';

const plugin = definePlugin({
  kind: 'dns',
  slug: 'travelling',
  title: 'Travelling',
  description: 'Sends a key to an address',
  version: '1.0.0',
  options: z.object({
    url: z.url().default('https://api.example').describe('Address'),
    server: z.string().optional().describe('Server'),
    ca_bundle: z.string().optional().describe('CA'),
    profile: z.string().optional().describe('Profile'),
    api_key: secret().optional().describe('Sent with each request'),
    signing_key: secret().optional().describe('Signs here').meta({ staysHere: true }),
  }),
  create: () => ({ zones: async () => [], addTxt: async () => undefined, removeTxt: async () => undefined }),
});

const kept = { name: 'api_key', value: 'secret:00000000-0000-4000-8000-000000000001' };
const signing = { name: 'signing_key', value: 'secret:00000000-0000-4000-8000-000000000002' };
const at = (value: string) => ({ name: 'url', value });

describe('secrets that were kept', () => {
  it.each([
    ['another address', [at('https://me.example')], [at('https://api.example')], 'url'],
    ['an address in place of the default', [at('https://me.example')], [], 'url'],
    ['no address in place of one', [], [at('https://inside.example')], 'url'],
    ['another server', [{ name: 'server', value: 'me.example' }], [{ name: 'server', value: 'adcs.example' }], 'server'],
    ['another CA to trust', [{ name: 'ca_bundle', value: 'mine' }], [], 'ca_bundle'],
  ])('are not sent to %s', (_what, options, stored, moved) => {
    expect(() => refuseMovedSecrets(plugin, [...options, kept], [...stored, kept], 'options')).toThrow(
      expect.objectContaining({ code: 'invalid_argument', fields: [{ path: 'options.api_key', message: expect.stringContaining(`because ${moved} changed`) }] }),
    );
  });

  it('stay where everything else changes, where the default is written out, and where they never leave', () => {
    expect(() => refuseMovedSecrets(plugin, [at('https://api.example'), { name: 'profile', value: 'b' }, kept], [{ name: 'profile', value: 'a' }, kept], 'options')).not.toThrow();
    expect(() => refuseMovedSecrets(plugin, [at('https://me.example'), signing], [signing], 'options')).not.toThrow();
    expect(() => refuseMovedSecrets(plugin, [at('https://me.example'), { name: 'api_key', value: 'given again' }], [kept], 'options')).not.toThrow();
  });
});

describe("the installation's secrets", () => {
  const configured = [
    { option: 'api_key', value: 'installation-key' },
    { option: 'signing_key', value: 'signs' },
    { option: 'profile', value: 'p' },
  ];
  const names = (given: { name: string; value: string }[], more: { option: string; value: unknown }[] = []) => fillable(plugin, given, [...configured, ...more]).map(({ option }) => option);

  it('fill what is not given, at its own address or the default', () => {
    expect(names([])).toEqual(['api_key', 'signing_key', 'profile']);
    expect(names([at('https://api.example')])).toEqual(['api_key', 'signing_key', 'profile']);
    expect(names([at('https://own.example')], [{ option: 'url', value: 'https://own.example' }])).toEqual(['api_key', 'signing_key', 'profile', 'url']);
  });

  it('do not go to an address that a client gave', () => {
    expect(names([at('https://me.example')])).toEqual(['signing_key', 'profile']);
    expect(names([{ name: 'server', value: 'me.example' }])).toEqual(['signing_key', 'profile']);
    expect(names([at('https://api.example')], [{ option: 'url', value: 'https://own.example' }])).toEqual(['signing_key', 'profile', 'url']);
  });
});
