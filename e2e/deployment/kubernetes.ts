import { execFileSync } from 'node:child_process';
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { repositoryRoot } from '../harness/index.js';
import { Manifest, type Kind, type OfKind, type Pod, type Selector } from './manifests.js';
import type { Variables } from './settings.js';

/** A copy of deploy/k8s, into which secrets may be put. */
export function copyManifests(folder: string): string {
  cpSync(join(repositoryRoot, 'deploy/k8s'), folder, { recursive: true, filter: (path) => !path.endsWith('/secrets') });
  return folder;
}

/** Minor version of kubectl: its kustomize reads folders as resources from 21 on. */
export function kubectlMinor(): number {
  const text = execFileSync('kubectl', ['version', '--client', '-o', 'json'], { encoding: 'utf8' });
  const { clientVersion } = JSON.parse(text) as { clientVersion: { minor: string } };
  return Number.parseInt(clientVersion.minor, 10);
}

/** What `kubectl kustomize` makes of a folder, each document checked. */
export class Rendered {
  private constructor(readonly documents: readonly Manifest[]) {}

  static from(folder: string): Rendered {
    const text = execFileSync('kubectl', ['kustomize', folder], { encoding: 'utf8', maxBuffer: 16 * 1024 * 1024 });
    return new Rendered(parseAllDocuments(text).map((document) => Manifest.parse(document.toJS())));
  }

  all<K extends Kind>(kind: K): OfKind<K>[] {
    return this.documents.filter((document): document is OfKind<K> => document.kind === kind);
  }

  /** By the name that stands in the sources: generated ones have a hash appended. */
  one<K extends Kind>(kind: K, name: string): OfKind<K> {
    const documents: readonly Manifest[] = this.all(kind);
    const found = documents.find(({ metadata }) => metadata.name === name || metadata.name.replace(/-[a-z0-9]{10}$/, '') === name);
    if (found === undefined) throw new Error(`there is no ${kind} ${name}`);
    return found as OfKind<K>;
  }

  pods(): { name: string; pod: Pod }[] {
    const owners = [...this.all('Deployment'), ...this.all('StatefulSet'), ...this.all('Job')];
    return owners.map(({ metadata, spec }) => ({ name: metadata.name, pod: spec.template }));
  }

  pod(name: string): Pod {
    const found = this.pods().find((one) => one.name === name);
    if (found === undefined) throw new Error(`there is no pod ${name}`);
    return found.pod;
  }

  /** Variables of a pod as the kubelet would put them together; references must resolve. */
  environmentOf(name: string): Variables {
    const [container] = this.pod(name).spec.containers;
    const from = (container?.envFrom ?? []).map((source) => {
      if ('configMapRef' in source) return this.exactly('ConfigMap', source.configMapRef.name).data;
      const { data } = this.exactly('Secret', source.secretRef.name);
      return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, Buffer.from(value, 'base64').toString('utf8')]));
    });
    const own = (container?.env ?? []).map(({ name: key, value = '' }) => [key, value]);
    return Object.assign({}, ...from, Object.fromEntries(own)) as Variables;
  }

  /** Where pods with these labels may connect to, or who may connect to them: one text for each way, `anyone` and `anywhere` included. */
  allowed(direction: 'ingress' | 'egress', name: string): string[] {
    const { labels } = this.pod(name).metadata;
    const policies = this.all('NetworkPolicy').filter(({ spec }) => matches(spec.podSelector, labels));
    return policies.flatMap(({ spec }) => {
      const rules =
        direction === 'ingress'
          ? (spec.ingress ?? []).map((rule) => ({ peers: rule.from, ports: rule.ports }))
          : (spec.egress ?? []).map((rule) => ({ peers: rule.to, ports: rule.ports }));
      return rules.flatMap(({ peers, ports }) => {
        const who = peers === undefined ? ['*'] : peers.flatMap((peer) => this.peerNames(peer));
        const what = ports === undefined ? ['*'] : ports.map(({ port }) => String(port));
        return who.flatMap((one) => what.map((port) => `${one}:${port}`));
      });
    });
  }

  /** True when a policy that selects the pod denies what no policy allows. */
  isClosed(name: string): boolean {
    const { labels } = this.pod(name).metadata;
    const types = this.all('NetworkPolicy')
      .filter(({ spec }) => matches(spec.podSelector, labels))
      .flatMap(({ spec }) => spec.policyTypes);
    return types.includes('Ingress') && types.includes('Egress');
  }

  private peerNames(peer: { podSelector: Selector } | { namespaceSelector: Selector } | { ipBlock: { cidr: string } }): string[] {
    if ('ipBlock' in peer) return [peer.ipBlock.cidr];
    if ('namespaceSelector' in peer) return [`namespaces ${JSON.stringify(peer.namespaceSelector.matchLabels)}`];
    return this.pods()
      .filter(({ pod }) => matches(peer.podSelector, pod.metadata.labels))
      .map(({ name }) => name);
  }

  private exactly<K extends 'ConfigMap' | 'Secret'>(kind: K, name: string): OfKind<K> {
    const documents: readonly Manifest[] = this.all(kind);
    if (!documents.some(({ metadata }) => metadata.name === name)) throw new Error(`nothing makes the ${kind} ${name}`);
    return this.one(kind, name);
  }
}

export function matches(selector: Selector, labels: Readonly<Record<string, string>>): boolean {
  const exact = Object.entries(selector.matchLabels ?? {}).every(([key, value]) => labels[key] === value);
  return (
    exact &&
    (selector.matchExpressions ?? []).every(({ key, operator, values = [] }) => operator === 'In' && values.includes(labels[key] ?? ''))
  );
}
