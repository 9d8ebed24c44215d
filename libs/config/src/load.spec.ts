import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { configReference, defineConfig, loadConfig, platformSettings, setting } from './index.js';

const dir = mkdtempSync(join(tmpdir(), 'sifaka-config-'));
afterAll(() => rmSync(dir, { recursive: true }));

const file = (name: string, content: string) => {
  const path = join(dir, name);
  writeFileSync(path, content);
  return path;
};

const definition = defineConfig('issuer', {
  allowedDomains: setting(z.array(z.string()).default([]), {
    env: ['SIFAKA_ALLOWED_DOMAINS', 'LEMUR_ALLOWED_DOMAINS'],
    describe: 'Domains that may be issued for.',
  }),
  serials: setting(z.record(z.string(), z.int()).default({}), { env: 'SIFAKA_SERIALS', describe: 'First serial per authority.' }),
  isStrict: setting(z.boolean().default(false), { env: 'SIFAKA_STRICT', describe: 'Refuse what is merely odd.' }),
  count: setting(z.int().min(1).max(9).default(3), { env: 'SIFAKA_COUNT', describe: 'How many.' }),
  pin: setting(z.string().min(4).optional(), { env: 'SIFAKA_PIN', describe: 'A secret.', secret: true }),
});

const required = { DATABASE_URL: 'postgres://u:p@localhost/sifaka', NATS_URL: 'nats://localhost:4222', SIFAKA_CALLER_PUBLIC_KEY: 'x' };
const load = (env: Record<string, string> = {}, yaml?: string) =>
  loadConfig(definition, { env: { ...required, ...env }, ...(yaml !== undefined && { file: file('config.yaml', yaml) }) });

describe('the configuration', () => {
  it('has defaults for what is not set', () => {
    expect(load()).toMatchObject({ allowedDomains: [], isStrict: false, count: 3, pin: undefined, logLevel: 'info' });
  });

  it.each([
    ['true', true],
    ['YES', true],
    ['1', true],
    ['on', true],
    ['false', false],
    ['0', false],
    ['no', false],
    ['Off', false],
  ])('reads "%s" as a boolean', (text, value) => {
    expect(load({ SIFAKA_STRICT: text }).isStrict).toBe(value);
  });

  it.each([
    ['a.example, b.example', ['a.example', 'b.example']],
    ['["a.example","b.example"]', ['a.example', 'b.example']],
    ['a.example', ['a.example']],
    ['', []],
  ])('reads the list "%s"', (text, value) => {
    expect(load({ SIFAKA_ALLOWED_DOMAINS: text }).allowedDomains).toEqual(value);
  });

  it.each(['a=1, b=2', '{"a":1,"b":2}'])('reads the map %s', (text) => {
    expect(load({ SIFAKA_SERIALS: text }).serials).toEqual({ a: 1, b: 2 });
  });

  it('accepts an alias, and prefers the canonical name', () => {
    expect(load({ LEMUR_ALLOWED_DOMAINS: 'old.example' }).allowedDomains).toEqual(['old.example']);
    expect(load({ LEMUR_ALLOWED_DOMAINS: 'old.example', SIFAKA_ALLOWED_DOMAINS: 'new.example' }).allowedDomains).toEqual(['new.example']);
  });

  it('reads YAML by key and by the name of the variable', () => {
    expect(load({}, 'allowedDomains: [a.example]\nSIFAKA_COUNT: 5\nisStrict: yes\n')).toMatchObject({
      allowedDomains: ['a.example'],
      count: 5,
      isStrict: true,
    });
  });

  it('prefers the environment to YAML', () => {
    expect(load({ SIFAKA_COUNT: '7' }, 'count: 5').count).toBe(7);
  });

  it('reads a secret from the file that <NAME>_FILE names, without the line end', () => {
    expect(load({ SIFAKA_PIN_FILE: file('pin', 'opensesame\n') }).pin).toBe('opensesame');
  });

  it('takes an empty variable for one that is not set', () => {
    expect(load({ SIFAKA_COUNT: ' ' }).count).toBe(3);
  });

  it('reports all faults at once, and no secret', () => {
    const start = () => loadConfig(definition, { env: { SIFAKA_COUNT: '12', SIFAKA_PIN: 'abc', DATABASE_URL: 'mysql://u:hidden@x/y' } });

    expect(start).toThrow(/SIFAKA_COUNT: 12: .*9/);
    expect(start).toThrow(/SIFAKA_PIN: \[redacted\]: /);
    expect(start).toThrow(/NATS_URL: required/);
    expect(start).toThrow(/SIFAKA_CALLER_PUBLIC_KEY: required/);
    expect(start).toThrow(/DATABASE_URL: \[redacted\]/);
    expect(start).not.toThrow(/abc|hidden/);
  });

  it.each([
    ['alowedDomains', 'allowedDomains'],
    ['log_level', 'logLevel'],
    ['SIFAKA_CONT', 'SIFAKA_COUNT'],
  ])('names the key that "%s" was probably meant to be', (wrong, right) => {
    expect(() => load({}, `${wrong}: 1`)).toThrow(`${wrong}: unknown key in the configuration file; did you mean "${right}"?`);
  });

  it.each([
    ['a: [', /not valid YAML/],
    ['- a', /expected keys and values/],
  ])('refuses the file %j', (yaml, message) => {
    expect(() => load({}, yaml)).toThrow(message);
  });

  it('names a file that cannot be read', () => {
    expect(() => load({ SIFAKA_PIN_FILE: join(dir, 'missing') })).toThrow(/SIFAKA_PIN_FILE: .*missing: cannot be read/);
  });

  it('loads several services that share a process, each with its own settings', () => {
    const other = defineConfig('notify', { sender: setting(z.string().default('x'), { env: 'SIFAKA_SENDER', describe: 'From.' }) });
    const [issuer, notify] = loadConfig([definition, other], { env: required, file: file('shared.yaml', 'sender: me\ncount: 2') });

    expect([issuer.count, notify.sender]).toEqual([2, 'me']);
  });

  it('takes a file that configures other services too, and still notices a key of nobody', () => {
    expect(load({}, 'count: 5\ntokenLifetimeSeconds: 12h\nSIFAKA_MASTER_KEYS: [x]').count).toBe(5);
    expect(() => load({}, 'tokenLifetime: 12h')).toThrow('tokenLifetime: unknown key');
  });

  it('refuses a setting that the platform declares already', () => {
    expect(() => defineConfig('issuer', { logLevel: platformSettings.logLevel })).toThrow('declared by the platform');
  });
});

describe('the reference page', () => {
  const page = configReference([definition]);

  it('has a row for every setting, with its default', () => {
    expect(page).toContain('| `count` | `SIFAKA_COUNT` | `3` | How many. |');
    expect(page).toContain('| `databaseUrl` | `DATABASE_URL` | required |');
    expect(page).toContain('`SIFAKA_ALLOWED_DOMAINS`, `LEMUR_ALLOWED_DOMAINS` | none |');
  });

  it('lists shared settings once', () => {
    expect(page.match(/`DATABASE_URL` \|/g)).toHaveLength(1);
  });
});
