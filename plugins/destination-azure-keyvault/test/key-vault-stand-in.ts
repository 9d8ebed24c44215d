import { describeKey, keyMatches, parseCertificate, parsePkcs12 } from '@sifaka/pki';
import { startStandIn, type SeenRequest, type StandInAnswer } from '@sifaka/plugin-sdk/conformance';
import { z } from 'zod';

export const tenant = '11111111-2222-3333-4444-555555555555';
export const principal = { appID: '99999999-8888-7777-6666-555555555555', azurePassword: 'right-secret~0123456789' };

/** As in the README. */
export const leastRights = ['get', 'import', 'delete', 'recover'];

const Import = z.strictObject({
  value: z.base64(),
  pwd: z.string().optional(),
  policy: z.strictObject({
    key_props: z.strictObject({ exportable: z.boolean(), kty: z.enum(['RSA', 'EC']), key_size: z.int(), crv: z.enum(['P-256', 'P-384', 'P-521', 'P-256K']).optional(), reuse_key: z.boolean() }),
    secret_props: z.strictObject({ contentType: z.literal('application/x-pkcs12') }),
  }),
  tags: z.record(z.string().max(256), z.string().max(256)).refine((tags) => Object.keys(tags).length <= 15),
});

export interface Version {
  id: string;
  cer: Buffer;
  /** As they stand in the file. */
  chain: Buffer[];
  policy: z.output<typeof Import>['policy'];
  tags: Record<string, string>;
  enabled: boolean;
}

const curves: Readonly<Record<string, string>> = { '1.2.840.10045.3.1.7': 'P-256', '1.3.132.0.34': 'P-384', '1.3.132.0.35': 'P-521', '1.3.132.0.10': 'P-256K' };

const calls: ReadonlyMap<string, string> = new Map([
  ['GET certificates ', 'get'],
  ['POST certificates import', 'import'],
  ['DELETE certificates ', 'delete'],
  ['POST deletedcertificates recover', 'recover'],
]);

const refusal = (status: number, code: string, message: string, inner?: string): StandInAnswer => ({ status, body: { error: { code, message, ...(inner !== undefined && { innererror: { code: inner } }) } } });

/**
 * Microsoft's token endpoint, and the certificates of a Key Vault with soft-delete as their documentation describes them: versions, tags, access
 * policies by which calls are refused before anything else is looked at, names that stay taken after a deletion.
 */
export async function startKeyVault() {
  const certificates = new Map<string, Version[]>();
  const deleted = new Map<string, Version[]>();
  const state = {
    rights: [...leastRights],
    scope: 'https://vault.azure.net/.default',
    validTokens: new Set<string>(),
    tokens: 0,
    /** Answers in place of those of the API, in order. */
    prepared: [] as ((request: SeenRequest) => StandInAnswer)[],
    secret: principal.azurePassword,
    /** Calls until a recovered certificate is there. */
    recoversAfter: 0,
  };
  const recovering = new Map<string, number>();
  let lastVersion = 0;

  function grant({ text }: SeenRequest): StandInAnswer {
    const { grant_type: type, client_id: id, client_secret: secret, scope } = Object.fromEntries(new URLSearchParams(text));
    if (type !== 'client_credentials' || scope !== state.scope) return { status: 400, body: { error: 'invalid_scope', error_description: `AADSTS70011: The provided value for the input parameter 'scope' is not valid: ${scope}` } };
    if (id !== principal.appID || secret !== state.secret) return { status: 401, body: { error: 'invalid_client', error_description: `AADSTS7000215: Invalid client secret provided. You sent ${secret}.` } };
    const token = `token-${++state.tokens}-0123456789`;
    state.validTokens.add(token);
    return { body: { token_type: 'Bearer', expires_in: 3_599, access_token: token } };
  }

  const bundle = (name: string, { id, cer, tags, policy, enabled }: Version) => ({
    id: `${standIn.url}/certificates/${name}/${id}`,
    kid: `${standIn.url}/keys/${name}/${id}`,
    sid: `${standIn.url}/secrets/${name}/${id}`,
    cer: cer.toString('base64'),
    attributes: { enabled, created: 1_493_938_557, updated: 1_493_938_557, recoveryLevel: 'Recoverable+Purgeable' },
    tags,
    policy: { ...policy, issuer: { name: 'Unknown' } },
  });
  const notFound = (name: string) => refusal(404, 'CertificateNotFound', `A certificate with (name/id) ${name} was not found in this key vault.`);

  async function imported(name: string, json: unknown): Promise<StandInAnswer> {
    if (recovering.has(name)) return refusal(409, 'Conflict', `Certificate ${name} is currently being recovered.`, 'ObjectIsBeingRecovered');
    if (deleted.has(name)) return refusal(409, 'Conflict', `Certificate ${name} is currently in a deleted but recoverable state, and its name cannot be reused; in this state, the certificate can only be recovered or purged.`, 'ObjectIsDeletedButRecoverable');
    const parsed = Import.safeParse(json);
    if (!parsed.success) return refusal(400, 'BadParameter', `Property has invalid value: ${parsed.error.message}`);
    const { value, pwd = '', policy, tags } = parsed.data;
    const file = await parsePkcs12(Buffer.from(value, 'base64'), pwd).catch(() => null);
    const [leaf, ...chain] = (file?.certificates ?? []).map(({ certificateDer }) => certificateDer);
    const key = file?.keys[0]?.privateKey;
    if (leaf === undefined || key === undefined || !keyMatches(key, parseCertificate(leaf).spki)) return refusal(400, 'BadParameter', 'The specified PKCS#12 X.509 certificate content can not be read. Please check if certificate is in valid PKCS#12 format.');
    const { kind, bits, curveOid = '' } = describeKey(parseCertificate(leaf).spki);
    const fits = policy.key_props.kty === 'RSA' ? kind === 'rsa' && bits === policy.key_props.key_size : kind === 'ec' && curves[curveOid] === policy.key_props.crv && bits === policy.key_props.key_size;
    if (!fits) return refusal(400, 'BadParameter', 'Key type or size in the policy does not match the one of the certificate.');
    const version = { id: String(++lastVersion).padStart(32, '0'), cer: leaf, chain, policy, tags, enabled: true };
    certificates.set(name, [...(certificates.get(name) ?? []), version]);
    return { body: bundle(name, version) };
  }

  function recovered(name: string): StandInAnswer {
    const versions = deleted.get(name);
    const last = versions?.at(-1);
    if (versions === undefined || last === undefined) return notFound(name);
    deleted.delete(name);
    if (state.recoversAfter > 0) recovering.set(name, state.recoversAfter);
    certificates.set(name, versions);
    return { body: bundle(name, last) };
  }

  function known(name: string): Version[] | undefined {
    const left = recovering.get(name);
    if (left === undefined) return certificates.get(name);
    if (left === 1) recovering.delete(name);
    else recovering.set(name, left - 1);
    return undefined;
  }

  const standIn = await startStandIn(async (request) => {
    const { method, path, query, headers, json } = request;
    if (path === `/${tenant}/oauth2/v2.0/token`) return grant(request);
    if (!state.validTokens.has(String(headers.authorization).replace('Bearer ', ''))) return refusal(401, 'Unauthorized', `AKV10032: Invalid issuer. You sent ${headers.authorization}`);
    const prepared = state.prepared.shift();
    if (prepared !== undefined) return prepared(request);
    if (query.get('api-version') === null) return refusal(400, 'BadParameter', 'api-version must be specified');
    const [, collection = '', given = '', action = ''] = /^\/(certificates|deletedcertificates)\/([0-9a-zA-Z-]{1,127})(?:\/(import|recover))?$/.exec(path) ?? [];
    const name = given.toLowerCase();
    const call = calls.get(`${method} ${collection} ${action}`);
    if (call === undefined) return refusal(400, 'BadParameter', `The request URI contains an invalid name: ${path}`);
    if (!state.rights.includes(call)) return refusal(403, 'Forbidden', `The user, group or application 'appid=${principal.appID};iss=https://sts.windows.net/${tenant}/' does not have certificates ${call} permission on key vault 'tls;location=westeurope'.`, 'ForbiddenByPolicy');
    if (call === 'import') return imported(name, json);
    if (call === 'recover') return recovered(name);
    const versions = call === 'get' ? known(name) : certificates.get(name);
    const last = versions?.at(-1);
    if (versions === undefined || last === undefined) return notFound(given);
    if (call === 'get') return { body: bundle(name, last) };
    certificates.delete(name);
    deleted.set(name, versions);
    return { body: { recoveryId: `${standIn.url}/deletedcertificates/${name}`, deletedDate: 1_493_938_557, ...bundle(name, last) } };
  });
  return { ...standIn, state, certificates, deleted };
}
