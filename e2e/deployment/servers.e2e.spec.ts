import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, it } from '@jest/globals';
import { findProgram, freePort, openssl, repositoryRoot, run, waitUntil } from '../harness/index.js';
import { describeWithPeers } from '../harness/suite.js';
import { Rendered } from './kubernetes.js';
import { makeSecrets, scratchFolder, type Variables } from './settings.js';

const scratch = scratchFolder();
const secrets = makeSecrets(join(scratch.path, 'secrets')).nats ?? {};
afterAll(scratch.remove);

const deploy = (path: string) => join(repositoryRoot, 'deploy', path);
const program = (name: string) => findProgram(name) ?? name;

describeWithPeers(['nats-server', 'kubectl'], 'the configuration of the bus', () => {
  const children: ChildProcess[] = [];
  afterAll(async () => {
    for (const child of children) {
      child.kill('SIGTERM');
      await once(child, 'exit');
    }
  });

  const check = async (path: string, env: Variables) => {
    const child = spawn(program('nats-server'), ['-t', '-c', path], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => (said += text));
    await once(child, 'close');
    return { code: child.exitCode, said };
  };

  it('is accepted by nats-server with the passwords that were made', async () => {
    expect(await check(deploy('nats/nats.conf'), secrets)).toMatchObject({ code: 0 });
  });

  it('is refused without them', async () => {
    expect(await check(deploy('nats/nats.conf'), {})).toMatchObject({
      code: 1,
      said: expect.stringContaining('SIFAKA_NATS_PASSWORD_GATEWAY') as unknown,
    });
  });

  it('sets the limits that the platform itself sets for its embedded server', () => {
    const limitsOf = (path: string) => readFileSync(path, 'utf8').match(/max_(payload|pending): \w+/g);
    const own = limitsOf(join(repositoryRoot, 'libs/messaging/src/rights/nats-config.ts'));
    expect(own).toHaveLength(2);
    for (const path of ['nats/nats.conf', 'k8s/base/nats.conf']) expect(limitsOf(deploy(path))).toEqual(own);
  });

  it('grants in Kubernetes what it grants elsewhere', () => {
    expect(readFileSync(deploy('k8s/base/nats-permissions.conf'), 'utf8')).toBe(readFileSync(deploy('nats/permissions.conf'), 'utf8'));
  });

  /** One server of the StatefulSet, with ports and folders of this machine. */
  const startServer = async (index: number, ports: { clients: number[]; routes: number[]; monitoring: number[] }, routes: string) => {
    const folder = join(scratch.path, `nats-${index}`);
    mkdirSync(folder);
    copyFileSync(deploy('k8s/base/nats-permissions.conf'), join(folder, 'permissions.conf'));
    const text = readFileSync(deploy('k8s/base/nats.conf'), 'utf8')
      .replace('port: 6222', `listen: "127.0.0.1:${ports.routes[index] ?? 0}"`)
      .replace('"/data"', JSON.stringify(join(folder, 'data')))
      .replace('/run/nats/nats.pid', join(folder, 'nats.pid'));
    writeFileSync(join(folder, 'nats.conf'), text);
    const own = ['-a', '127.0.0.1', '-p', String(ports.clients[index]), '-m', String(ports.monitoring[index]), '--routes', routes];
    const env = { ...secrets, POD_NAME: `nats-${index}` };
    children.push(spawn(program('nats-server'), ['-c', join(folder, 'nats.conf'), ...own], { env, stdio: 'ignore' }));
  };

  const threePorts = () => Promise.all([freePort(), freePort(), freePort()]);

  it('makes a cluster of the three servers of the StatefulSet', async () => {
    const ports = { clients: await threePorts(), routes: await threePorts(), monitoring: await threePorts() };
    const [container] = Rendered.from(deploy('k8s/base')).pod('nats').spec.containers;
    const routes = (container?.args?.at(-1) ?? '')
      .replaceAll('$(SIFAKA_NATS_CLUSTER_PASSWORD)', secrets.SIFAKA_NATS_CLUSTER_PASSWORD ?? '')
      .replaceAll(/nats-(\d)\.nats-servers:6222/g, (_match, index: string) => `127.0.0.1:${ports.routes[Number(index)] ?? 0}`);
    for (const index of [0, 1, 2]) await startServer(index, ports, routes);
    const isReady = async (port: number | undefined) => (await fetch(`http://127.0.0.1:${port}/healthz`).catch(() => null))?.status === 200;
    for (const port of ports.monitoring) await waitUntil('the servers to agree on a leader', () => isReady(port), 30_000);
    const { meta_cluster: cluster } = (await (await fetch(`http://127.0.0.1:${ports.monitoring[0]}/jsz`)).json()) as {
      meta_cluster: { name: string; leader: string; cluster_size: number };
    };
    expect(cluster).toMatchObject({ name: 'sifaka', cluster_size: 3 });
    expect(cluster.leader).toMatch(/^nats-[012]$/);
  });
});

describeWithPeers(['nginx', 'openssl'], 'the example for nginx', () => {
  it('is accepted by nginx', async () => {
    const [certificate, key] = [join(scratch.path, 'tls.pem'), join(scratch.path, 'tls.key')];
    await openssl([
      'req',
      '-x509',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-subj',
      '/CN=certificates.example.com',
      '-keyout',
      key,
      '-out',
      certificate,
    ]);
    const example = readFileSync(deploy('proxy/nginx.conf'), 'utf8')
      .replace('/etc/nginx/tls/sifaka.pem', certificate)
      .replace('/etc/nginx/tls/sifaka.key', key)
      .replaceAll(/listen (\d+)/g, 'listen 127.0.0.1:1$1');
    const path = join(scratch.path, 'nginx.conf');
    writeFileSync(path, `pid ${scratch.path}/nginx.pid;\nevents {}\nhttp {\naccess_log off;\n${example}}\n`);
    const { code, stderr } = await run(program('nginx'), ['-t', '-p', scratch.path, '-e', join(scratch.path, 'error.log'), '-c', path]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringContaining('test is successful') as unknown });
  });
});
