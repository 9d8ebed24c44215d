import { startStandIn, type SeenRequest, type StandIn, type StandInAnswer } from '@sifaka/plugin-sdk/conformance';
import { z } from 'zod';

export interface KvStandInSettings {
  mount?: string;
  version?: 1 | 2;
  /** Token → path pattern (`*` for any end) → capabilities. */
  policies: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;
  /** Asked before each write: what another client does at that moment. */
  onWrite?: (path: string) => void;
}

export interface KvStandIn extends StandIn {
  /** Path → present data; those that are deleted are not there. */
  secrets(): ReadonlyMap<string, Record<string, unknown>>;
  put(path: string, data: Record<string, unknown>): void;
  forgetLogins(): void;
}

interface Version {
  data: Record<string, unknown> | null;
  version: number;
}

const refused = (status: number, ...errors: string[]): StandInAnswer => ({ status, body: { errors } });
const denied = refused(403, '1 error occurred:\n\t* permission denied\n\n');

const Login = z.object({ role_id: z.string().optional(), secret_id: z.string().optional(), role: z.string().optional(), jwt: z.string().optional() });
const Written = z.object({ data: z.record(z.string(), z.unknown()), options: z.object({ cas: z.int().optional() }).optional() });

/**
 * KV engines of Vault as developer.hashicorp.com/vault/api-docs/secret/kv describes them, with the logins AppRole (`role-1`, `secret-1`) and
 * Kubernetes (role `sifaka`, JWT `good.service.account`), which give the rights of token `s.good`, and `sys/capabilities-self`.
 */
export async function startVaultKv({ mount = 'secret', version = 2, policies, onWrite = () => undefined }: KvStandInSettings): Promise<KvStandIn> {
  const kept = new Map<string, Version>();
  const logins = new Set<string>();
  const prefix = version === 2 ? `${mount}/data/` : `${mount}/`;

  const rightsOf = (token: string, path: string): readonly string[] => {
    const policy = policies[logins.has(token) ? 's.good' : token];
    if (policy === undefined) return [];
    const found = Object.entries(policy).find(([pattern]) => (pattern.endsWith('*') ? path.startsWith(pattern.slice(0, -1)) : path === pattern));
    return found?.[1] ?? [];
  };
  const put = (path: string, data: Record<string, unknown> | null) => kept.set(path, { data, version: (kept.get(path)?.version ?? 0) + 1 });

  const answer = (request: SeenRequest): StandInAnswer => {
    const path = decodeURIComponent(request.path.replace('/v1/', ''));
    if (path.startsWith('auth/')) return logIn(request, logins);
    const token = String(request.headers['x-vault-token']);
    if (policies[token] === undefined && !logins.has(token)) return denied;
    if (path === 'sys/capabilities-self') {
      const { paths } = z.object({ paths: z.array(z.string()) }).parse(request.json);
      return { body: { data: Object.fromEntries(paths.map((each) => [each, rightsOf(token, each).length > 0 ? rightsOf(token, each) : ['deny']])) } };
    }
    if (!path.startsWith(prefix)) return refused(404);
    const secret = path.slice(prefix.length);
    const needed = request.method === 'GET' ? 'read' : request.method === 'DELETE' ? 'delete' : kept.has(secret) ? 'update' : 'create';
    if (!rightsOf(token, path).includes(needed)) return denied;
    if (request.method === 'GET') return version === 2 ? shown(kept.get(secret)) : shownPlain(kept.get(secret));
    onWrite(secret);
    if (request.method === 'DELETE') {
      if (version === 1) kept.delete(secret);
      else put(secret, null);
      return { status: 204 };
    }
    return version === 2 ? write(secret, request) : writePlain(secret, request);
  };

  function write(secret: string, { json }: SeenRequest): StandInAnswer {
    const { data, options } = Written.parse(json);
    if (options?.cas !== undefined && options.cas !== (kept.get(secret)?.version ?? 0)) return refused(400, 'check-and-set parameter did not match the current version');
    put(secret, data);
    return { body: { data: { version: kept.get(secret)?.version, destroyed: false } } };
  }

  function writePlain(secret: string, { json }: SeenRequest): StandInAnswer {
    const data = z.record(z.string(), z.unknown()).parse(json);
    if (Object.keys(data).length === 0) return refused(400, 'missing data fields');
    put(secret, data);
    return { status: 204 };
  }

  const server = await startStandIn(answer);
  return {
    ...server,
    secrets: () => new Map([...kept].flatMap(([path, { data }]) => (data === null ? [] : [[path, data]]))),
    put,
    forgetLogins: () => logins.clear(),
  };
}

function logIn({ path, json }: SeenRequest, logins: Set<string>): StandInAnswer {
  const { role_id: roleId, secret_id: secretId, role, jwt } = Login.parse(json);
  const isKnown = path.endsWith('/approle/login') ? roleId === 'role-1' && secretId === 'secret-1' : role === 'sifaka' && jwt === 'good.service.account';
  if (!isKnown) return refused(400, 'invalid role or secret ID');
  const token = `s.login${logins.size + 1}`;
  logins.add(token);
  return { body: { auth: { client_token: token, lease_duration: 3_600, renewable: true } } };
}

function shown(secret: Version | undefined): StandInAnswer {
  if (secret === undefined) return refused(404);
  const metadata = { version: secret.version, created_time: '2026-11-22T10:00:00Z', deletion_time: secret.data === null ? '2026-11-22T11:00:00Z' : '', destroyed: false };
  return { status: secret.data === null ? 404 : 200, body: { data: { data: secret.data, metadata } } };
}

const shownPlain = (secret: Version | undefined): StandInAnswer => (secret === undefined || secret.data === null ? refused(404) : { body: { data: secret.data, lease_duration: 2_764_800 } });
