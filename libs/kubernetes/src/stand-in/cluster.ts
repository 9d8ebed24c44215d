import { randomUUID } from 'node:crypto';
import type { ServerOptions } from 'node:https';
import { startStandIn, type SeenRequest, type StandIn, type StandInAnswer } from '@sifaka/plugin-sdk/conformance';
import { z } from 'zod';
import { discoveryAnswer } from './discovery.js';
import { Refusal } from './refusal.js';
import { SecretConfig, SecretObject } from './secret-object.js';

/** What a token may do; `namespace` null: everywhere. */
export interface Rule {
  verbs: readonly string[];
  resources: readonly string[];
  namespace: string | null;
}

export interface Cluster extends StandIn {
  /** Secrets by `namespace/name`. */
  readonly secrets: ReadonlyMap<string, SecretObject>;
  /** Other namespaced objects, by kind. */
  readonly others: { ingresses: Record<string, unknown>[]; gateways: Record<string, unknown>[] };
  /** Tokens and their rules. */
  readonly tokens: Map<string, readonly Rule[]>;
  /** Writes as another client would; takes the place of what is there. */
  put(secret: { namespace: string; name: string; type?: string; data?: Record<string, string | Uint8Array>; annotations?: Record<string, string>; labels?: Record<string, string> }, manager?: string): void;
  delete(namespace: string, name: string): void;
  /** Tokens of pages that were handed out so far are too old from now on. */
  expirePages(): void;
  /** Called before each write, to come between. */
  beforeWrite: ((name: string) => void) | null;
}

const group = { ingresses: 'networking.k8s.io', gateways: 'gateway.networking.k8s.io' } as const;
const path = /^\/(?:api\/v1|apis\/(?<group>[a-z.0-9]+)\/v1)(?:\/namespaces\/(?<namespace>[^/]+))?\/(?<resource>[a-z]+)(?:\/(?<name>[^/]+))?$/;
const subdomain = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

const Review = z.object({ spec: z.object({ resourceAttributes: z.object({ verb: z.string(), resource: z.string(), namespace: z.string().optional() }) }) });
const Deletion = z.object({ preconditions: z.object({ uid: z.string().optional(), resourceVersion: z.string().optional() }).optional() }).nullable();

/**
 * An API server for secrets, ingresses and gateways, written from the documentation at kubernetes.io/docs/reference: tokens and roles,
 * server-side apply with its field ownership and conflicts, preconditions, immutable types, validation, dry run, lists in pages.
 */
export async function startCluster({ namespaces = ['default'], hasGateways = true, tls }: { namespaces?: readonly string[]; hasGateways?: boolean; tls?: ServerOptions } = {}): Promise<Cluster> {
  const state = new ClusterState(namespaces, hasGateways);
  const standIn = await startStandIn((request) => state.answer(request), tls);
  return Object.assign(state, standIn);
}

class ClusterState {
  readonly secrets = new Map<string, SecretObject>();
  readonly others: Cluster['others'] = { ingresses: [], gateways: [] };
  readonly tokens = new Map<string, readonly Rule[]>();
  beforeWrite: ((name: string) => void) | null = null;
  private version = 100;
  private oldestPage = 0;

  constructor(
    private readonly namespaces: readonly string[],
    private readonly hasGateways: boolean,
  ) {}

  put({ namespace, name, type, data = {}, annotations = {}, labels = {} }: Parameters<Cluster['put']>[0], manager = 'kubectl-create'): void {
    const encoded = Object.fromEntries(Object.entries(data).map(([key, value]) => [key, Buffer.from(value).toString('base64')]));
    const config = SecretConfig.parse({ apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace, annotations, labels }, type, data: encoded });
    const secret = this.secrets.get(`${namespace}/${name}`)?.copy() ?? new SecretObject(namespace, name);
    secret.update(config, manager);
    this.store(secret);
  }

  delete(namespace: string, name: string): void {
    this.secrets.delete(`${namespace}/${name}`);
  }

  expirePages(): void {
    this.oldestPage = this.version += 1;
  }

  answer(request: SeenRequest): StandInAnswer {
    try {
      return this.answerTo(request);
    } catch (error) {
      if (error instanceof Refusal) return error.toAnswer();
      throw error;
    }
  }

  private answerTo(request: SeenRequest): StandInAnswer {
    const rules = this.tokens.get(String(request.headers.authorization).replace(/^Bearer /, ''));
    if (rules === undefined) throw new Refusal(401, 'Unauthorized', 'Unauthorized');
    const known = discoveryAnswer(request.path);
    if (known !== null) return known;
    if (request.path === '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews') return this.review(request, rules);
    const { namespace, resource = '', name } = path.exec(request.path)?.groups ?? {};
    if (resource === 'secrets') return this.secret(request, rules, { namespace: namespace ?? null, name: name ?? null });
    if (resource === 'ingresses' || (resource === 'gateways' && this.hasGateways)) return this.other(request, rules, { resource, namespace: namespace ?? null });
    return { status: 404, headers: { 'content-type': 'text/plain' }, body: '404 page not found\n' };
  }

  private review({ json }: SeenRequest, rules: readonly Rule[]): StandInAnswer {
    const { verb, resource, namespace = null } = Review.parse(json).spec.resourceAttributes;
    return { status: 201, body: { apiVersion: 'authorization.k8s.io/v1', kind: 'SelfSubjectAccessReview', metadata: {}, spec: {}, status: { allowed: isAllowed(rules, { verb, resource, namespace }) } } };
  }

  private other({ method, query }: SeenRequest, rules: readonly Rule[], { resource, namespace }: { resource: 'ingresses' | 'gateways'; namespace: string | null }): StandInAnswer {
    if (method !== 'GET') throw new Refusal(405, 'MethodNotAllowed', 'the server does not allow this method on the requested resource');
    assertAllowed(rules, { verb: 'list', resource, namespace }, group[resource]);
    return this.page(this.others[resource].filter((each) => namespace === null || namespaceOf(each) === namespace), query, 'List');
  }

  private secret(request: SeenRequest, rules: readonly Rule[], { namespace, name }: { namespace: string | null; name: string | null }): StandInAnswer {
    const verb = request.method === 'GET' ? (name === null ? 'list' : 'get') : ({ PATCH: 'patch', DELETE: 'delete', POST: 'create', PUT: 'update' }[request.method] ?? 'none');
    assertAllowed(rules, { verb, resource: 'secrets', namespace }, '', name ?? undefined);
    if (verb === 'list') return this.list(request, namespace);
    if (namespace === null || name === null) throw new Refusal(405, 'MethodNotAllowed', 'the server does not allow this method on the requested resource');
    const current = this.secrets.get(`${namespace}/${name}`);
    if (verb === 'patch') return this.apply(request, rules, { namespace, name, current });
    if (current === undefined) throw Refusal.missing('secrets', name);
    if (verb === 'get') return { body: current.toJson() };
    if (verb !== 'delete') throw new Refusal(405, 'MethodNotAllowed', 'the server does not allow this method on the requested resource');
    const { uid, resourceVersion } = Deletion.parse(request.json)?.preconditions ?? {};
    this.beforeWrite?.(name);
    if (!this.secrets.has(`${namespace}/${name}`)) throw Refusal.missing('secrets', name);
    const now = this.secrets.get(`${namespace}/${name}`) ?? current;
    if ((uid !== undefined && uid !== now.uid) || (resourceVersion !== undefined && resourceVersion !== now.resourceVersion)) throw Refusal.changed(name);
    this.secrets.delete(`${namespace}/${name}`);
    return { body: { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', details: { name, kind: 'secrets', uid: now.uid } } };
  }

  private apply({ headers, query, json, text }: SeenRequest, rules: readonly Rule[], { namespace, name }: { namespace: string; name: string; current: SecretObject | undefined }): StandInAnswer {
    if (headers['content-type'] !== 'application/apply-patch+yaml') throw new Refusal(415, 'UnsupportedMediaType', 'the body of the request was in an unknown format');
    const manager = query.get('fieldManager');
    if (manager === null || manager === '') throw new Refusal(422, 'Invalid', 'PatchOptions.meta.k8s.io "" is invalid: fieldManager: Required value: is required for apply patch');
    const config = SecretConfig.safeParse(json);
    if (!config.success) throw new Refusal(400, 'BadRequest', `error decoding patch: ${text.slice(0, 40)}`);
    if (!this.namespaces.includes(namespace)) throw Refusal.missing('namespaces', namespace);
    if (config.data.metadata.name !== name) throw new Refusal(400, 'BadRequest', 'the name of the object does not match the name on the URL');
    this.beforeWrite?.(name);
    const current = this.secrets.get(`${namespace}/${name}`);
    const wantedVersion = config.data.metadata.resourceVersion;
    if (wantedVersion !== undefined && wantedVersion !== current?.resourceVersion) throw Refusal.changed(name);
    if (current === undefined) assertAllowed(rules, { verb: 'create', resource: 'secrets', namespace }, '', name);
    const next = current?.copy() ?? new SecretObject(namespace, name);
    next.apply(config.data, manager, query.get('force') === 'true');
    validate(next, current);
    if (query.get('dryRun') !== 'All') this.store(next);
    return { status: current === undefined ? 201 : 200, body: next.toJson() };
  }

  private list({ query }: SeenRequest, namespace: string | null): StandInAnswer {
    const fields = (query.get('fieldSelector') ?? '').split(',').filter((each) => each !== '');
    const labels = (query.get('labelSelector') ?? '').split(',').filter((each) => each !== '');
    const chosen = [...this.secrets.values()].filter((secret) => {
      if (namespace !== null && secret.namespace !== namespace) return false;
      const isOfType = fields.every((each) => (each.includes('!=') ? each.split('!=')[1] !== secret.type : each.split('=')[1] === secret.type));
      return isOfType && labels.every((each) => secret.values.get(JSON.stringify(['metadata', 'labels', each.split('=')[0]])) === each.split('=').at(-1));
    });
    const inOrder = chosen.sort((one, other) => (`${one.namespace}/${one.name}` < `${other.namespace}/${other.name}` ? -1 : 1));
    return this.page(inOrder.map((secret) => secret.toJson()), query, 'SecretList');
  }

  private page(items: readonly Record<string, unknown>[], query: URLSearchParams, kind: string): StandInAnswer {
    const token = query.get('continue');
    const [version = this.version, start = 0] = token === null ? [] : Buffer.from(token, 'base64').toString().split(':').map(Number);
    if (version < this.oldestPage) {
      const fresh = Buffer.from(`${this.version}:${start}`).toString('base64');
      throw new Refusal(410, 'Expired', 'The provided continue parameter is too old to display a consistent list result.', { metadata: { continue: fresh } });
    }
    const limit = Number(query.get('limit') ?? '0') || items.length;
    const next = start + limit < items.length ? Buffer.from(`${version}:${start + limit}`).toString('base64') : '';
    return { body: { kind, apiVersion: 'v1', metadata: { resourceVersion: String(version), continue: next }, items: items.slice(start, start + limit) } };
  }

  /** A write that changes nothing makes no new version. */
  private store(secret: SecretObject): void {
    const key = `${secret.namespace}/${secret.name}`;
    const before = this.secrets.get(key);
    if (before !== undefined && JSON.stringify(before.toJson()) === JSON.stringify(secret.toJson())) return;
    secret.uid = before?.uid ?? randomUUID();
    secret.resourceVersion = String((this.version += 1));
    this.secrets.set(key, secret);
  }
}

interface Asked {
  verb: string;
  resource: string;
  namespace: string | null;
}

const isAllowed = (rules: readonly Rule[], { verb, resource, namespace }: Asked): boolean =>
  rules.some((rule) => rule.verbs.includes(verb) && rule.resources.includes(resource) && (rule.namespace === null || rule.namespace === namespace));

function assertAllowed(rules: readonly Rule[], asked: Asked, apiGroup: string, name?: string): void {
  if (isAllowed(rules, asked)) return;
  const { verb, resource, namespace } = asked;
  const what = `${resource}${apiGroup === '' ? '' : `.${apiGroup}`}${name === undefined ? '' : ` "${name}"`}`;
  throw new Refusal(403, 'Forbidden', `${what} is forbidden: User "system:serviceaccount:sifaka:sifaka" cannot ${verb} resource "${resource}" in API group "${apiGroup}" ${namespace === null ? 'at the cluster scope' : `in the namespace "${namespace}"`}`);
}

function validate(next: SecretObject, current: SecretObject | undefined): void {
  const { name } = next;
  if (name.length > 253 || !subdomain.test(name)) throw Refusal.invalid(name, `metadata.name: Invalid value: "${name}": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character`);
  if (current !== undefined && current.type !== next.type) throw Refusal.invalid(name, `type: Invalid value: "${next.type}": field is immutable`);
  for (const key of next.data.keys()) if (!/^[-._a-zA-Z0-9]{1,253}$/.test(key)) throw Refusal.invalid(name, `data[${key}]: Invalid value`);
  const size = [...next.data.values()].reduce((sum, { length }) => sum + length, 0);
  if (size > 1024 * 1024) throw Refusal.invalid(name, 'data: Too long: must have at most 1048576 bytes');
  if (next.type !== 'kubernetes.io/tls') return;
  for (const key of ['tls.crt', 'tls.key']) if (!next.data.has(key)) throw Refusal.invalid(name, `data[${key}]: Required value`);
}

function namespaceOf(object: Record<string, unknown>): string | null {
  return z.object({ metadata: z.object({ namespace: z.string() }) }).safeParse(object).data?.metadata.namespace ?? null;
}
