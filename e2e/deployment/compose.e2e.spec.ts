import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createAuthority, createCertificate, repositoryRoot, waitUntil } from '../harness/index.js';
import { describeWithPeers, usePlatform } from '../harness/suite.js';
import { readCompose } from './compose.js';
import { ComposeRun } from './compose-run.js';
import { deployedSettings, environmentFaults, makeSecrets, scratchFolder, sharedSecrets, type Variables } from './settings.js';

const compose = readCompose();
const settings = deployedSettings();
const apps = Object.keys(settings).filter((name) => name !== 'provision');
const scratch = scratchFolder();
const secrets = makeSecrets(join(scratch.path, 'secrets'));
afterAll(scratch.remove);

const environmentOf = (name: string): Variables => ({ ...secrets[name], ...compose.services[name]?.environment });

describe('the secrets of a deployment', () => {
  it('are made for every process, and for its eyes alone', () => {
    expect(Object.keys(secrets).sort()).toEqual([...apps, 'nats', 'postgres', 'provision'].sort());
    for (const name of Object.keys(secrets)) expect(statSync(join(scratch.path, 'secrets', `${name}.env`)).mode & 0o777).toBe(0o600);
  });

  it('are never written over', () => {
    expect(() => makeSecrets(join(scratch.path, 'secrets'))).toThrow(/not empty/);
  });

  it('differ between any two services', () => {
    const ofApps = Object.fromEntries(apps.map((app) => [app, secrets[app] ?? {}]));
    expect(sharedSecrets(settings, ofApps)).toEqual([]);
  });

  it('leave the master key to keyvault-svc and the caller key to the gateway', () => {
    const holders = (name: string) => Object.keys(secrets).filter((app) => name in (secrets[app] ?? {}));
    expect(holders('SIFAKA_MASTER_KEYS')).toEqual(['keyvault-svc']);
    expect(holders('SIFAKA_CALLER_PRIVATE_KEY')).toEqual(['gateway']);
    expect(holders('SIFAKA_TOKEN_SECRET')).toEqual(['gateway']);
  });
});

describe('docker-compose.yml', () => {
  it('runs every service of the platform', () => {
    expect(Object.keys(compose.services).sort()).toEqual([...apps, 'nats', 'postgres', 'provision'].sort());
  });

  it.each([...apps, 'provision'])('gives %s every setting that it needs and none that it does not know', (app) => {
    expect(environmentFaults(settings[app] ?? [], environmentOf(app))).toEqual([]);
  });

  it('starts programs that exist, from one image', () => {
    for (const app of [...apps, 'provision']) {
      const [program, path = ''] = compose.services[app]?.command ?? [];
      expect({ app, program, exists: existsSync(join(repositoryRoot, path)) }).toEqual({ app, program: 'node', exists: true });
    }
    expect(new Set([...apps, 'provision'].map((app) => compose.services[app]?.image)).size).toBe(1);
  });

  it('shows the gateway to this machine and nothing else to anyone', () => {
    const published = Object.entries(compose.services).flatMap(([name, { ports = [] }]) => ports.map((port) => `${name} ${port}`));
    expect(published).toEqual(['gateway 127.0.0.1:${SIFAKA_PORT:-8000}:8000']);
  });

  it('keeps keyvault-svc, database and bus from the world outside', () => {
    for (const name of ['keyvault-svc', 'postgres', 'nats', 'provision']) expect(compose.services[name]?.networks).not.toContain('outside');
    expect(compose.networks).toMatchObject({ bus: { internal: true }, database: { internal: true } });
  });

  it('reads each secret file in one place', () => {
    for (const [name, { env_file: file }] of Object.entries(compose.services)) expect(file).toBe(`deploy/secrets/${name}.env`);
  });
});

describe('the image', () => {
  const dockerfile = readFileSync(join(repositoryRoot, 'deploy/Dockerfile'), 'utf8');
  const ignored = readFileSync(join(repositoryRoot, '.dockerignore'), 'utf8').split('\n');

  it('runs as a user by number who is not root', () => {
    expect(dockerfile.match(/^USER (.*)$/gm)).toEqual(['USER 1000:1000']);
  });

  it('lets no secret of the checkout into the build', () => {
    expect(ignored.find((line) => line !== '' && !line.startsWith('#'))).toBe('*');
    expect(ignored).not.toContain('!deploy');
    expect(ignored).toEqual(expect.arrayContaining(['**/.sifaka', '**/*.env']));
  });
});

describe('npm run start:services', () => {
  const platform = usePlatform({ mode: 'services' });
  const ofContainers = new Set([
    'SIFAKA_HOST',
    'SIFAKA_PORT',
    'SIFAKA_LOGIN_LIMIT',
    'SIFAKA_OPERATIONS_HOST',
    'SIFAKA_OPERATIONS_PORT',
    'SIFAKA_LOG_LEVEL',
    // Containers are stopped each in its own ten seconds; the processes of one command share them.
    'SIFAKA_STOP_LIMIT_MS',
  ]);
  const platformNames = (names: Iterable<string>) =>
    [...names]
      .map((name) => name.replace(/_FILE$/, ''))
      .filter((name) => /^(SIFAKA_|DATABASE_URL$|NATS_URL$)/.test(name) && !ofContainers.has(name))
      .sort();

  it('gives each process the same variables as docker-compose.yml', () => {
    const running = platform().processes();
    for (const app of apps) {
      const pid = running.find((one) => readFileSync(`/proc/${one}/cmdline`, 'utf8').includes(`/apps/${app}/dist/main.js`)) ?? 0;
      const names = readFileSync(`/proc/${pid}/environ`, 'utf8')
        .split('\0')
        .map((entry) => entry.slice(0, entry.indexOf('=')));
      expect({ app, names: platformNames(names) }).toEqual({ app, names: platformNames(Object.keys(environmentOf(app))) });
    }
  });
});

describeWithPeers(['nats-server'], 'the processes of docker-compose.yml, on a Postgres and a NATS of their own', () => {
  let run: ComposeRun | undefined;
  const running = () => {
    if (run === undefined) throw new Error('the processes did not start');
    return run;
  };
  beforeAll(async () => {
    run = await ComposeRun.start(compose, join(scratch.path, 'run'));
  });
  afterAll(async () => {
    await run?.stop();
  });

  it('provisions twice without a complaint', async () => {
    expect(await running().provision()).toEqual({ code: 0, complaint: '' });
  });

  it('passes the health check of every container', async () => {
    for (const app of apps) await waitUntil(`${app} to be healthy`, () => running().isHealthy(app), 30_000);
  });

  it('issues a certificate to the administrator whose password was made', async () => {
    const client = await running().administrator();
    const authority = await createAuthority(client);
    const certificate = await createCertificate(client, { authority: { id: authority.id } });
    expect(certificate.body).toContain('BEGIN CERTIFICATE');
  });
});
