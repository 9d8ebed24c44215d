import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { findProgram } from '../harness/index.js';
import { describeWithPeers } from '../harness/suite.js';
import { Rendered, copyManifests, kubectlMinor, matches } from './kubernetes.js';
import { deployedSettings, environmentFaults, makeSecrets, scratchFolder, sharedSecrets } from './settings.js';

const settings = deployedSettings();
const apps = Object.keys(settings).filter((name) => name !== 'provision');
const scratch = scratchFolder();
const folder = copyManifests(join(scratch.path, 'k8s'));
afterAll(scratch.remove);

describeWithPeers(['kubectl'], 'deploy/k8s/base', () => {
  const base = Rendered.from(join(folder, 'base'));

  it('has for every service a Deployment, a Service, an account and a disruption budget', () => {
    expect(
      base
        .all('Deployment')
        .map(({ metadata }) => metadata.name)
        .sort(),
    ).toEqual([...apps].sort());
    for (const app of apps) {
      const { labels } = base.pod(app).metadata;
      expect(matches(base.one('Deployment', app).spec.selector, labels)).toBe(true);
      expect(matches(base.one('PodDisruptionBudget', app).spec.selector, labels)).toBe(true);
      expect(matches({ matchLabels: base.one('Service', app).spec.selector }, labels)).toBe(true);
      expect(base.pod(app).spec.serviceAccountName).toBe(base.one('ServiceAccount', app).metadata.name);
    }
  });

  it.each([...apps, 'provision'])('gives %s every setting that it needs and none that it does not know', (app) => {
    expect(environmentFaults(settings[app] ?? [], base.environmentOf(app))).toEqual([]);
  });

  it('runs the program of its own service in each pod', () => {
    for (const app of apps) expect(base.pod(app).spec.containers[0]?.command).toEqual(['node', `apps/${app}/dist/main.js`]);
    expect(base.pod('provision').spec.containers[0]?.command).toEqual(['node', 'apps/standalone/dist/provision.js']);
  });

  it('asks each service at the port that it is told to answer on', () => {
    for (const app of apps) {
      const [container] = base.pod(app).spec.containers;
      const port = container?.ports?.find(({ name }) => name === 'operations')?.containerPort;
      expect(base.environmentOf(app)).toMatchObject({ SIFAKA_OPERATIONS_HOST: '0.0.0.0', SIFAKA_OPERATIONS_PORT: String(port) });
      expect(container?.readinessProbe?.httpGet).toEqual({ path: '/readyz', port: 'operations' });
      expect(container?.livenessProbe?.httpGet).toEqual({ path: '/livez', port: 'operations' });
    }
  });

  it('leads every Service to a port that its pods have', () => {
    for (const { spec } of base.all('Service')) {
      const target = base.pods().find(({ pod }) => matches({ matchLabels: spec.selector }, pod.metadata.labels));
      const names = target?.pod.spec.containers[0]?.ports?.map(({ name }) => name);
      for (const { targetPort } of spec.ports) expect(names).toContain(targetPort);
    }
  });

  it('holds placeholders for secrets, with which nothing starts', () => {
    const values = base.all('Secret').flatMap(({ data }) => Object.values(data));
    expect(new Set(values)).toEqual(new Set([Buffer.from('replace-me').toString('base64')]));
  });

  it('closes every pod to what no rule allows', () => {
    for (const { name } of base.pods()) expect({ name, closed: base.isClosed(name) }).toEqual({ name, closed: true });
  });

  it('takes requests at the gateway alone', () => {
    const open = base.pods().filter(({ name }) => base.allowed('ingress', name).some((way) => way.startsWith('*:')));
    expect(open.map(({ name }) => name)).toEqual(['gateway']);
    expect(base.allowed('ingress', 'gateway')).toContain('*:8000');
  });

  it('lets keyvault-svc reach names, the bus and the database, and nothing else', () => {
    expect(base.allowed('egress', 'keyvault-svc').sort()).toEqual(['*:53', '*:53', '*:5432', 'nats:4222']);
  });

  it('lets no service connect to another', () => {
    for (const app of apps) expect(base.allowed('egress', app).filter((way) => apps.includes(way.split(':')[0] ?? ''))).toEqual([]);
  });
});

const minor = findProgram('kubectl') === null ? 0 : kubectlMinor();
const describeOverlay = minor >= 21 ? describe : describe.skip;

describeOverlay('deploy/k8s/overlays/example (needs kubectl 1.21)', () => {
  const render = () => {
    secrets ??= makeSecrets(join(folder, 'overlays/example/secrets'));
    rendered ??= Rendered.from(join(folder, 'overlays/example'));
    return { secrets, rendered };
  };
  let secrets: ReturnType<typeof makeSecrets> | undefined;
  let rendered: Rendered | undefined;

  it('puts the secrets that were made in the place of every placeholder', () => {
    const all = render()
      .rendered.all('Secret')
      .flatMap(({ data }) => Object.values(data));
    expect(all).not.toContain(Buffer.from('replace-me').toString('base64'));
    for (const app of apps) expect(render().rendered.environmentOf(app)).toMatchObject(render().secrets[app] ?? {});
  });

  it('gives each service every setting that it needs, and no secret of another', () => {
    const given = Object.fromEntries(apps.map((app) => [app, render().rendered.environmentOf(app)]));
    for (const app of apps) expect({ app, faults: environmentFaults(settings[app] ?? [], given[app] ?? {}) }).toEqual({ app, faults: [] });
    expect(sharedSecrets(settings, given)).toEqual([]);
  });

  it('takes the image from the registry that it names, in every pod of the platform', () => {
    for (const app of [...apps, 'provision'])
      expect(render().rendered.pod(app).spec.containers[0]?.image).toBe('registry.example.com/sifaka:0.1.0');
  });

  it('lets the platform alone into its Postgres', () => {
    expect(render().rendered.allowed('ingress', 'postgres').sort()).toEqual([...apps, 'provision'].map((name) => `${name}:5432`).sort());
  });
});
