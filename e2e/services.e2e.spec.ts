import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { createAuthority, createCertificate, waitUntil } from './harness/index.js';
import { isRunning } from './harness/process-tree.js';
import { usePlatform } from './harness/suite.js';

const services = ['gateway', 'issuer-svc', 'keyvault-svc', 'acme-svc', 'discovery-svc', 'deploy-svc', 'notify-svc'];

describe('the platform in services apart, two replicas of each', () => {
  const platform = usePlatform({ mode: 'services', env: { SIFAKA_REPLICAS: '2' } });

  const processesOf = (service: string) =>
    platform()
      .processes()
      .filter((pid) => commandOf(pid).includes(`/apps/${service}/dist/main.js`));
  const environmentOf = (pid: number) => readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');

  it('runs every service in processes of its own', () => {
    expect(services.map((service) => processesOf(service).length)).toEqual(services.map(() => 2));
  });

  it('gives each process its own secrets and nobody else’s', () => {
    const owners = {
      SIFAKA_MASTER_KEYS_FILE: 'keyvault-svc',
      SIFAKA_TOKEN_SECRET: 'gateway',
      SIFAKA_CALLER_PRIVATE_KEY: 'gateway',
      SIFAKA_ADMIN_PASSWORD: 'gateway',
    };
    for (const [name, owner] of Object.entries(owners)) {
      const holders = services.filter((service) =>
        processesOf(service).some((pid) => environmentOf(pid).some((entry) => entry.startsWith(`${name}=`))),
      );
      expect({ name, holders }).toEqual({ name, holders: [owner] });
    }
  });

  it('gives each service a database role and a bus user of its own', () => {
    const own = (name: string) =>
      services.map((service) => environmentOf(processesOf(service)[0] ?? 0).find((entry) => entry.startsWith(`${name}=`)));
    for (const name of ['DATABASE_URL', 'SIFAKA_NATS_USER', 'SIFAKA_NATS_PASSWORD']) expect(new Set(own(name)).size).toBe(services.length);
  });

  it('issues a certificate over the bus', async () => {
    const client = await platform().admin();
    const authority = await createAuthority(client);
    const certificate = await createCertificate(client, { authority: { id: authority.id } });
    expect(certificate.body).toContain('BEGIN CERTIFICATE');
  });

  it('goes on when one replica of a service is killed', async () => {
    const client = await platform().admin();
    const [victim = 0] = processesOf('keyvault-svc');
    process.kill(victim, 'SIGKILL');
    await waitUntil('the replica to be gone', () => processesOf('keyvault-svc').length === 1);
    const authority = await createAuthority(client);
    expect(authority.id).toBeGreaterThan(0);
    expect(platform().log).toContain('keyvault.1 ended (SIGKILL)');
  });

  it('stops as a whole on SIGTERM in less than ten seconds', async () => {
    const { code, elapsedMs } = await platform().stop();
    expect(code).toBe(0);
    expect(elapsedMs).toBeLessThan(10_000);
  });

  it('leaves no process behind that hangs when all are stopped', async () => {
    await platform().start();
    const processes = platform().processes();
    for (const pid of [...processesOf('gateway').slice(0, 1), ...processesOf('notify-svc').slice(0, 1)]) process.kill(pid, 'SIGSTOP');
    await platform().stop();
    expect(processes.filter(isRunning)).toEqual([]);
  });

  it('leaves no process behind when it is killed itself', async () => {
    await platform().start();
    const processes = platform().processes();
    process.kill(platform().pid, 'SIGKILL');
    await waitUntil('everything it started to be gone', () => !processes.some(isRunning), 20_000);
  });
});

/** Empty for a process that ended since it was listed. */
function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return '';
  }
}
