import type { StandInAnswer } from '@sifaka/plugin-sdk/conformance';

const verbs = ['create', 'delete', 'get', 'list', 'patch'];
const secrets = { name: 'secrets', singularName: 'secret', namespaced: true, kind: 'Secret', verbs };
const ingresses = { name: 'ingresses', singularName: 'ingress', namespaced: true, kind: 'Ingress', verbs: ['list'] };

const documents: Readonly<Record<string, object>> = {
  '/version': { major: '1', minor: '32', gitVersion: 'v1.32.0' },
  '/api': { kind: 'APIVersions', versions: ['v1'], serverAddressByClientCIDRs: [] },
  '/apis': { kind: 'APIGroupList', apiVersion: 'v1', groups: [{ name: 'networking.k8s.io', versions: [{ groupVersion: 'networking.k8s.io/v1', version: 'v1' }], preferredVersion: { groupVersion: 'networking.k8s.io/v1', version: 'v1' } }] },
  '/api/v1': { kind: 'APIResourceList', groupVersion: 'v1', resources: [secrets] },
  '/apis/networking.k8s.io/v1': { kind: 'APIResourceList', groupVersion: 'networking.k8s.io/v1', resources: [ingresses] },
};

/** What clients such as kubectl ask first: which kinds there are. Null for other paths. */
export function discoveryAnswer(path: string): StandInAnswer | null {
  const document = documents[path];
  return document === undefined ? null : { body: document };
}
