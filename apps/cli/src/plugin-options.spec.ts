import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from '@jest/globals';
import type { PluginOption } from '@sifaka/contracts';
import { changedOptions, optionLines, pluginOptions } from './plugin-options.js';
import type { Terminal } from './terminal.js';

const folder = mkdtempSync(join(tmpdir(), 'sifaka-options-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const terminal = (secret: string): Terminal => ({
  env: {},
  out: () => undefined,
  say: () => undefined,
  isInteractive: false,
  ask: () => Promise.reject(new Error('nobody is asked')),
  askSecret: () => Promise.resolve(secret),
});

const before: PluginOption[] = [
  { name: 'host', type: 'str', value: 'web-1.example.test' },
  { name: 'port', type: 'int', value: 22 },
  { name: 'password', type: 'str', sensitive: true, value: null },
  { name: 'group', type: 'str' },
];

it('reads values from the command line, from files and from the keyboard', async () => {
  const file = join(folder, 'key');
  writeFileSync(file, 'a key\n');
  expect(await pluginOptions(terminal('hidden'), ['host=a=b', `key=@${file}`], 'password')).toEqual([
    { name: 'host', value: 'a=b' },
    { name: 'key', value: 'a key' },
    { name: 'password', value: 'hidden' },
  ]);
});

it.each([
  ['a file that cannot be read', ['key=@/nonexistent/key'], undefined, 'cannot be read'],
  ['a secret that is empty', [], 'password', 'no value was given for password'],
])('refuses %s', async (_, set, secret, words) => {
  await expect(pluginOptions(terminal(''), set, secret)).rejects.toMatchObject({ code: 'invalid_argument', message: expect.stringContaining(words) });
});

it('changes only what is named: a secret that is not shown stays by being sent back', () => {
  expect(changedOptions(before, [{ name: 'host', value: 'web-2.example.test' }])).toEqual([
    { name: 'port', value: 22 },
    { name: 'password', value: null },
    { name: 'host', value: 'web-2.example.test' },
  ]);
});

it('takes an option away that is given without a value', () => {
  expect(changedOptions(before, [{ name: 'password', value: '' }])).toContainEqual({ name: 'password', value: '' });
});

it('shows options a line each, and no secret', () => {
  expect(optionLines(before)).toBe('host = web-1.example.test\nport = 22\npassword = (not shown)');
});
