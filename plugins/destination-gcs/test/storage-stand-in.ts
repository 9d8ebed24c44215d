import { createHash, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { startStandIn, type SeenRequest, type StandInAnswer } from '@sifaka/plugin-sdk/conformance';
import { jwtVerify } from 'jose';
import { z } from 'zod';

export const bucket = 'tls-certificates';
const email = 'deploy@sample-project.iam.gserviceaccount.com';
const scope = 'https://www.googleapis.com/auth/devstorage.read_write';
const pair = generateKeyPairSync('rsa', { modulusLength: 2048 });

export const pemOf = (key: KeyObject): string => key.export({ type: 'pkcs8', format: 'pem' }).toString();

/** As in the README. */
export const leastRights = ['storage.objects.create', 'storage.objects.delete', 'storage.objects.get', 'storage.objects.list'];

const Metadata = z.strictObject({ name: z.string().min(1).max(1_024), md5Hash: z.string(), contentType: z.string(), cacheControl: z.string(), metadata: z.record(z.string(), z.string()) });

export interface StoredObject {
  text: string;
  generation: number;
  contentType: string;
  cacheControl: string;
  metadata: Record<string, string>;
}

const refusal = (status: number, reason: string, message: string): StandInAnswer => ({ status, body: { error: { code: status, message, errors: [{ message, domain: 'global', reason }] } } });
const md5Of = (text: string): string => createHash('md5').update(text).digest('base64');

/**
 * Google's token endpoint, and objects of one bucket by the JSON API of Cloud Storage as its documentation describes them: rights on the bucket,
 * multipart uploads with MD5, generations and preconditions, errors.
 */
export async function startStorage(now: () => Date) {
  const objects = new Map<string, StoredObject>();
  const state = {
    rights: [...leastRights],
    valid: new Set<string>(),
    tokens: 0,
    writes: 0,
    prepared: [] as StandInAnswer[],
    /** What another client does the moment before a write. */
    onWrite: null as (() => void) | null,
  };
  let lastGeneration = 1_700_000_000_000_000;

  const plant = (name: string, text: string, metadata: Record<string, string> = {}) => objects.set(name, { text, metadata, contentType: 'text/plain', cacheControl: 'public', generation: (lastGeneration += 1) });
  const shown = (name: string, { text, generation, metadata, contentType }: StoredObject) => ({ kind: 'storage#object', id: `${bucket}/${name}/${generation}`, name, bucket, generation: String(generation), metageneration: '1', contentType, size: String(Buffer.byteLength(text)), md5Hash: md5Of(text), ...(Object.keys(metadata).length > 0 && { metadata }) });
  const denied = (right: string) => refusal(403, 'forbidden', `${email} does not have ${right} access to the Google Cloud Storage object. Permission '${right}' denied on resource (or it may not exist).`);
  const may = (right: string) => state.rights.includes(right);

  async function grant({ text }: SeenRequest): Promise<StandInAnswer> {
    const { grant_type: type, assertion = '' } = Object.fromEntries(new URLSearchParams(text));
    if (type !== 'urn:ietf:params:oauth:grant-type:jwt-bearer') return { status: 400, body: { error: 'unsupported_grant_type' } };
    const verified = await jwtVerify(assertion, createPublicKey(pair.privateKey), { algorithms: ['RS256'], issuer: email, audience: `${standIn.url}/token`, currentDate: now(), maxTokenAge: '1h' }).catch(() => null);
    if (verified === null) return { status: 400, body: { error: 'invalid_grant', error_description: 'Invalid JWT Signature.' } };
    if (verified.payload.scope !== scope) return { status: 400, body: { error: 'invalid_scope', error_description: 'bad scope' } };
    const token = `ya29.token-${++state.tokens}-0123456789`;
    state.valid.add(token);
    return { body: { access_token: token, expires_in: 3_599, token_type: 'Bearer' } };
  }

  function insert({ headers, query, text }: SeenRequest): StandInAnswer {
    const [, boundary = ''] = /^multipart\/related; boundary=([\w-]+)$/.exec(String(headers['content-type'])) ?? [];
    const [before, first, second, end] = text.split(`--${boundary}`).map((part) => part.split('\r\n\r\n'));
    if (query.get('uploadType') !== 'multipart' || before?.[0] !== '' || end?.[0] !== '--\r\n') return refusal(400, 'badRequest', 'Malformed multipart body.');
    const { data, error } = Metadata.safeParse(JSON.parse(first?.[1] ?? '{}'));
    const content = (second?.[1] ?? '').replace(/\r\n$/, '');
    if (data === undefined) return refusal(400, 'invalid', error.message);
    if (data.md5Hash !== md5Of(content)) return refusal(400, 'invalid', `Provided MD5 hash "${data.md5Hash}" doesn't match calculated MD5 hash "${md5Of(content)}".`);
    const held = objects.get(data.name);
    if (!may('storage.objects.create')) return denied('storage.objects.create');
    if (held !== undefined && !may('storage.objects.delete')) return denied('storage.objects.delete');
    if (Number(query.get('ifGenerationMatch')) !== (held?.generation ?? 0)) return refusal(412, 'conditionNotMet', 'At least one of the pre-conditions you specified did not hold.');
    const { name, contentType, cacheControl, metadata } = data;
    const stored = { text: content, contentType, cacheControl, metadata, generation: (lastGeneration += 1) };
    objects.set(name, stored);
    state.writes += 1;
    return { body: shown(name, stored) };
  }

  function remove(name: string, query: URLSearchParams): StandInAnswer {
    const held = objects.get(name);
    if (!may('storage.objects.delete')) return denied('storage.objects.delete');
    if (held === undefined) return refusal(404, 'notFound', `No such object: ${bucket}/${name}`);
    if (query.get('ifGenerationMatch') !== String(held.generation)) return refusal(412, 'conditionNotMet', 'At least one of the pre-conditions you specified did not hold.');
    objects.delete(name);
    return { status: 204 };
  }

  const standIn = await startStandIn((request) => {
    const { method, path, query } = request;
    if (path === '/token') return grant(request);
    if (!state.valid.has(String(request.headers.authorization).replace('Bearer ', ''))) return refusal(401, 'authError', `Invalid Credentials: ${request.headers.authorization}`);
    const prepared = state.prepared.shift();
    if (prepared !== undefined) return prepared;
    const [, upload, asked, rest = ''] = /^(\/upload)?\/storage\/v1\/b\/([^/]+)(\/.*)$/.exec(path) ?? [];
    if (asked !== bucket) return refusal(404, 'notFound', 'The specified bucket does not exist.');
    if (rest === '/iam/testPermissions') return { body: { kind: 'storage#testIamPermissionsResponse', permissions: query.getAll('permissions').filter(may) } };
    if (method !== 'GET') {
      const other = state.onWrite;
      state.onWrite = null;
      other?.();
    }
    if (upload !== undefined) return insert(request);
    const name = decodeURIComponent(rest.replace(/^\/o\//, ''));
    if (method === 'DELETE') return remove(name, query);
    const held = objects.get(name);
    if (!may('storage.objects.get')) return denied('storage.objects.get');
    if (held !== undefined) return { body: shown(name, held) };
    return may('storage.objects.list') ? refusal(404, 'notFound', `No such object: ${bucket}/${name}`) : denied('storage.objects.list');
  });
  return {
    ...standIn,
    state,
    objects,
    plant,
    key: { type: 'service_account', project_id: 'sample-project', private_key_id: 'key-1', private_key: pemOf(pair.privateKey), client_email: email, client_id: '1', token_uri: `${standIn.url}/token` },
  };
}
