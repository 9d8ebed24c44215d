import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { AppError, isAppError } from '@sifaka/kernel';
import { describeWithPeers, makeServerTls, run, servedPath, startNginx, startSshd, startTlsProber, type Nginx, type Sshd } from '@sifaka/peers';
import { fullChainPem } from '@sifaka/pki';
import type { DeployableCertificate } from '@sifaka/plugin-sdk';
import { makeDestination, testDeployable, testPath, type DestinationSubject } from '@sifaka/plugin-sdk/conformance';
import plugin from '../src/index.js';

const name = 'www.example.test';
const rotations = 10;
const provenWithinMs = 1_500;
const pollMs = 50;

const named = (values: Record<string, unknown>) => Object.entries(values).map(([option, value]) => ({ name: option, value }));
const fingerprintOf = (der: Uint8Array): string => createHash('sha256').update(der).digest('hex');

/** A new key each time, as it happens when certificates are replaced. */
const nextCertificate = (): DeployableCertificate => testDeployable({ commonName: name });

describeWithPeers(['sshd', 'nginx'], 'an nginx that is told by SSH', () => {
  let folder: string;
  let sshd: Sshd;
  let nginx: Nginx;
  let certs: string;
  let current: DeployableCertificate;
  const subject: DestinationSubject = { plugin, options: [], contents: () => new Map(), wrongCredentials: [], away: [] };

  /** What the service does with the pieces: upload, ask, then settle or roll back. */
  async function deploy(certificate: DeployableCertificate, changes: Record<string, unknown> = {}): Promise<{ isServed: boolean; fault: string | null; rolledBackAfterMs: number | null }> {
    const { destination } = makeDestination(subject, named(changes));
    const deployed = { ...certificate, externalId: null };
    try {
      const { externalId } = await destination.upload(certificate);
      const expected = [certificate.certificateDer, ...certificate.chainDer].map(fingerprintOf);
      for (const { host, port, serverName } of destination.endpoints?.(deployed) ?? []) await untilServed(expected, { host, port, serverName });
      await destination.settle?.({ ...deployed, externalId });
      current = certificate;
      return { isServed: true, fault: null, rolledBackAfterMs: null };
    } catch (error) {
      if (!isAppError(error)) throw error;
      const faultAt = performance.now();
      // Whoever finishes it may be another process than the one that began.
      await makeDestination(subject).destination.rollback?.(deployed);
      await untilServed([fingerprintOf(current.certificateDer)], { host: '127.0.0.1', port: nginx.port, serverName: name });
      return { isServed: false, fault: error.message, rolledBackAfterMs: Math.round(performance.now() - faultAt) };
    }
  }

  async function untilServed(expected: readonly string[], at: { host: string; port: number; serverName: string | null }): Promise<void> {
    const endAt = performance.now() + provenWithinMs;
    for (;;) {
      const path = await servedPath({ host: at.host, port: at.port, ...(at.serverName !== null && { serverName: at.serverName }) });
      // A root need not be sent.
      if (path[0] === expected[0] && expected.slice(1, -1).every((one) => path.includes(one))) return;
      if (performance.now() > endAt) throw new AppError('failed_precondition', `${at.host}:${at.port} serves ${path.join(', ')}`);
      await new Promise((resolve) => setTimeout(resolve, pollMs));
    }
  }

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sifaka-rotation-test-'));
    certs = join(folder, 'certs');
    await run('ssh-keygen', ['-q', '-C', '', '-t', 'ed25519', '-N', '', '-f', join(folder, 'user')]);
    sshd = await startSshd({ authorizedKeys: await readFile(join(folder, 'user.pub'), 'utf8') });
    const other = await makeServerTls(folder);
    const options = { host: '127.0.0.1', port: sshd.port, user: sshd.user, privateKey: await readFile(join(folder, 'user'), 'utf8'), destinationPath: certs };
    subject.options = named(options);
    current = nextCertificate();
    await makeDestination(subject).destination.upload(current);
    await makeDestination(subject).destination.settle?.({ ...current, externalId: null });
    nginx = await startNginx({
      http: ({ ports: [port = 0] }) =>
        [
          `server { listen 127.0.0.1:${port} ssl default_server; server_name ${name}; ssl_certificate ${certs}/${name}.crt; ssl_certificate_key ${certs}/${name}.key; return 200 "ok"; }`,
          `server { listen 127.0.0.1:${port} ssl; server_name other.example.test; ssl_certificate ${folder}/${other.certificateFile}; ssl_certificate_key ${folder}/${other.keyFile}; return 200 "other"; }`,
        ].join('\n'),
    });
    const quoted = nginx.reloadCommand.map((word) => `'${word}'`).join(' ');
    subject.options = named({ ...options, testCommand: quoted.replace(/ '-s' 'reload'$/, " '-t'"), reloadCommand: quoted, endpoints: `127.0.0.1:${nginx.port}#{CN}` });
  }, 60_000);
  afterAll(async () => {
    await nginx.stop();
    await sshd.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it(`drops no handshake of a client that asks ten times a second, through ${rotations} rotations`, async () => {
    const prober = startTlsProber({ port: nginx.port, serverName: name });
    const served = new Set<string>([fingerprintOf(current.certificateDer)]);
    for (let rotation = 1; rotation <= rotations; rotation += 1) {
      const certificate = nextCertificate();
      expect(await deploy(certificate)).toMatchObject({ isServed: true });
      served.add(certificate.fingerprint);
    }
    await prober.waitFor(current.fingerprint);
    await prober.stop();
    expect(prober.failures).toEqual([]);
    expect(prober.seen.length).toBeGreaterThan(rotations);
    expect(prober.fingerprints().filter((one) => !served.has(one))).toEqual([]);
    expect((await readdir(certs)).sort()).toEqual([`${name}.crt`, `${name}.key`]);
  }, 120_000);

  const hangUp = () => `kill -HUP "$(cat '${nginx.pidFile}')"`;
  const foreignKey = () => ({ ...nextCertificate(), privateKeyPkcs8Der: testPath('ECCPRIME256V1').privateKeyPkcs8Der });
  const faults: [string, () => DeployableCertificate, () => Record<string, unknown>, RegExp][] = [
    ['a wrong key', foreignKey, () => ({}), /^testCommand ended with 1 at 127\.0\.0\.1: .*key values mismatch/],
    ['a wrong key that nobody looks at before the reload', foreignKey, () => ({ testCommand: '', reloadCommand: hangUp() }), /serves/],
    ['a chain that is not sent', nextCertificate, () => ({ exportFormat: 'apache' }), /serves/],
    ['a reload that fails', nextCertificate, () => ({ reloadCommand: 'echo the unit is masked; exit 5' }), /^reloadCommand ended with 5 at 127\.0\.0\.1: the unit is masked$/],
    ['a reload that does nothing', nextCertificate, () => ({ reloadCommand: 'true' }), /serves/],
    ['another virtual host', nextCertificate, () => ({ endpoints: `127.0.0.1:${nginx.port}#other.example.test` }), /serves/],
  ];

  it.each(faults)('serves the old certificate again within 5 s after %s', async (_what, certificate, changes, words) => {
    const before = current.fingerprint;
    const files = await readdir(certs);
    const prober = startTlsProber({ port: nginx.port, serverName: name });
    const outcome = await deploy(certificate(), changes());
    expect(outcome).toMatchObject({ isServed: false, fault: expect.stringMatching(words) });
    expect(outcome.rolledBackAfterMs).toBeLessThan(5_000);
    await prober.waitUntilOnly(before);
    await prober.stop();
    expect(prober.failures).toEqual([]);
    expect((await readdir(certs)).sort()).toEqual(files.sort());
    expect(await readFile(join(certs, `${name}.crt`), 'utf8')).toBe(`${fullChainPem(current.certificateDer, current.chainDer)}\n`);
  }, 30_000);

  it('has its files back when it would not be told of them, says so, and takes the next one', async () => {
    const broken = named({ reloadCommand: 'exit 5' });
    const certificate = nextCertificate();
    const { destination } = makeDestination(subject, broken);
    await expect(destination.upload(certificate)).rejects.toMatchObject({ reason: 'destination.command_failed' });
    // Asked again, by another instance.
    for (const again of [destination, makeDestination(subject, broken).destination]) {
      await expect(again.rollback?.({ ...certificate, externalId: null })).rejects.toMatchObject({ reason: 'destination.not_reloaded', message: expect.stringContaining('ended with 5') });
      expect(await readFile(join(certs, `${name}.crt`), 'utf8')).toBe(`${fullChainPem(current.certificateDer, current.chainDer)}\n`);
    }
    expect(await deploy(nextCertificate())).toMatchObject({ isServed: true });
    expect((await readdir(certs)).sort()).toEqual([`${name}.crt`, `${name}.key`]);
  });

  it('takes a certificate after one that was rolled back', async () => {
    expect(await deploy(nextCertificate())).toMatchObject({ isServed: true });
  });
});
