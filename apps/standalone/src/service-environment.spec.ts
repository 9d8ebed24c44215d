import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { defineConfig, setting } from '@sifaka/config';
import { z } from 'zod';
import { serviceEnvironment } from './service-environment.js';

const definition = defineConfig('gateway', {
  tokenSecret: setting(z.string(), { env: ['SIFAKA_TOKEN_SECRET', 'LEMUR_TOKEN_SECRET'], describe: 'Signs tokens.', secret: true }),
  allowedDomains: setting(z.array(z.string()).default([]), { env: 'SIFAKA_ALLOWED_DOMAINS', describe: 'Domains.' }),
});

const environment = (
  env: Record<string, string>,
  more: { fixed?: Record<string, string | undefined>; defaults?: Record<string, string> } = {},
) => serviceEnvironment({ definition, env, fixed: more.fixed ?? {}, defaults: more.defaults ?? {} });

describe('environment of a service', () => {
  it('has what the service declares and what every process needs, and nothing of another service', () => {
    const env = { PATH: '/bin', SIFAKA_ALLOWED_DOMAINS: 'a.test', SIFAKA_MASTER_KEYS: 'secret', EDITOR: 'vi' };
    expect(environment(env)).toEqual({ PATH: '/bin', SIFAKA_ALLOWED_DOMAINS: 'a.test' });
  });

  it('has its own database address, not that of the administrator', () => {
    const env = { DATABASE_URL: 'postgres://admin@db/x', DATABASE_URL_FILE: '/run/admin' };
    expect(environment(env, { fixed: { DATABASE_URL: 'postgres://sifaka_gateway@db/x' } })).toEqual({
      DATABASE_URL: 'postgres://sifaka_gateway@db/x',
    });
  });

  it('leaves out what is fixed to nothing', () => {
    expect(environment({ SIFAKA_NATS_USER: 'admin' }, { fixed: { SIFAKA_NATS_USER: undefined } })).toEqual({});
  });

  it('uses a generated secret only where none is given, under whichever name', () => {
    const defaults = { SIFAKA_TOKEN_SECRET: 'generated' };
    expect(environment({}, { defaults })).toEqual({ SIFAKA_TOKEN_SECRET: 'generated' });
    expect(environment({ LEMUR_TOKEN_SECRET: 'given' }, { defaults })).toEqual({ LEMUR_TOKEN_SECRET: 'given' });
    expect(environment({ SIFAKA_TOKEN_SECRET_FILE: '/run/secret' }, { defaults })).toEqual({ SIFAKA_TOKEN_SECRET_FILE: '/run/secret' });
  });

  it('takes a generated file only where nothing is given', () => {
    const defaults = { SIFAKA_TOKEN_SECRET_FILE: '/data/token' };
    expect(environment({}, { defaults })).toEqual({ SIFAKA_TOKEN_SECRET_FILE: '/data/token' });
    expect(environment({ SIFAKA_TOKEN_SECRET: 'given' }, { defaults })).toEqual({ SIFAKA_TOKEN_SECRET: 'given' });
  });

  describe('with a configuration file', () => {
    let folder: string;
    beforeEach(() => {
      folder = mkdtempSync(join(tmpdir(), 'sifaka-env-'));
    });
    afterEach(() => {
      rmSync(folder, { recursive: true, force: true });
    });
    const withFile = (text: string) => {
      writeFileSync(join(folder, 'sifaka.yaml'), text);
      return { SIFAKA_CONFIG: join(folder, 'sifaka.yaml') };
    };

    it('has the settings of the file that the service declares, lists included', () => {
      const env = withFile('allowedDomains: [a.test, b.test]\nSIFAKA_TOKEN_SECRET: from the file\nmasterKeys: secret\n');
      expect(environment(env, { defaults: { SIFAKA_TOKEN_SECRET: 'generated' } })).toEqual({
        SIFAKA_ALLOWED_DOMAINS: '["a.test","b.test"]',
        SIFAKA_TOKEN_SECRET: 'from the file',
      });
    });

    it('lets the environment win over the file', () => {
      const env = { ...withFile('tokenSecret: from the file\n'), LEMUR_TOKEN_SECRET: 'from the environment' };
      expect(environment(env)).toEqual({ LEMUR_TOKEN_SECRET: 'from the environment' });
    });
  });
});
