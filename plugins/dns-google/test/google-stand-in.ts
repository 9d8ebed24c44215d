import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { unquoteTxt } from '@sifaka/plugin-sdk';
import { startStandIn, type SeenRequest, type StandInAnswer } from '@sifaka/plugin-sdk/conformance';
import { decodeProtectedHeader, jwtVerify } from 'jose';
import { z } from 'zod';

const RrSet = z.strictObject({ name: z.string().endsWith('.'), type: z.literal('TXT'), ttl: z.int().min(0), rrdatas: z.array(z.string()).min(1) });
const Change = z.strictObject({ additions: z.array(RrSet).max(1).default([]), deletions: z.array(RrSet).max(1).default([]) });

export type RrSet = z.output<typeof RrSet>;

export interface GoogleZone {
  name: string;
  dnsName: string;
  visibility?: string;
}

export const project = 'sample-project';
const email = `acme@${project}.iam.gserviceaccount.com`;
const scope = 'https://www.googleapis.com/auth/ndev.clouddns.readwrite';
const pair = generateKeyPairSync('rsa', { modulusLength: 2048 });

export const pemOf = (key: typeof pair.privateKey): string => key.export({ type: 'pkcs8', format: 'pem' }).toString();

const refusal = (status: number, reason: string, message: string): StandInAnswer => ({ status, body: { error: { code: status, message, errors: [{ message, domain: 'global', reason }] } } });

/** Google's token endpoint, and Cloud DNS v1 as its documentation describes them: pages of zones, changes that name what they replace, errors. */
export async function startGoogle(zones: readonly GoogleZone[], now: () => Date) {
  const sets = new Map<string, RrSet>();
  const state = { tokens: 0, valid: new Set<string>(), answers: [] as StandInAnswer[] };

  async function grant({ text }: SeenRequest): Promise<StandInAnswer> {
    const { grant_type: type, assertion = '' } = Object.fromEntries(new URLSearchParams(text));
    const invalid = (why: string) => ({ status: 400, body: { error: 'invalid_grant', error_description: why } });
    if (type !== 'urn:ietf:params:oauth:grant-type:jwt-bearer') return { status: 400, body: { error: 'unsupported_grant_type' } };
    const verified = await jwtVerify(assertion, createPublicKey(pair.privateKey), { algorithms: ['RS256'], issuer: email, audience: `${standIn.url}/token`, currentDate: now(), maxTokenAge: '1h' }).catch(() => null);
    if (verified === null || decodeProtectedHeader(assertion).kid !== 'key-1') return invalid('Invalid JWT Signature.');
    if (verified.payload.scope !== scope) return { status: 400, body: { error: 'invalid_scope', error_description: 'bad scope' } };
    const token = `ya29.token-${++state.tokens}-0123456789`;
    state.valid.add(token);
    return { body: { access_token: token, expires_in: 3_599, token_type: 'Bearer' } };
  }

  function list(query: URLSearchParams): StandInAnswer {
    const [start, size] = [Number(query.get('pageToken') ?? 0), Number(query.get('maxResults') ?? 100)];
    const managedZones = zones.slice(start, start + size).map((zone, index) => ({ kind: 'dns#managedZone', id: String(start + index), visibility: 'public', ...zone }));
    return { body: { kind: 'dns#managedZonesListResponse', managedZones, ...(start + size < zones.length && { nextPageToken: String(start + size) }) } };
  }

  function change(zone: GoogleZone, json: unknown): StandInAnswer {
    const { data, error } = Change.safeParse(json);
    if (data === undefined) return refusal(400, 'invalid', error.message);
    const [[addition], [deletion]] = [data.additions, data.deletions];
    const keyOf = ({ name }: RrSet) => `${zone.name}/${name}`;
    if (deletion !== undefined) {
      const found = sets.get(keyOf(deletion));
      if (found === undefined) return refusal(404, 'notFound', "The 'entity.change.deletions[0]' resource named '_acme (TXT)' does not exist.");
      if (JSON.stringify(found) !== JSON.stringify(deletion)) return refusal(412, 'conditionNotMet', "Precondition not met for 'entity.change.deletions[0]'");
    }
    if (addition !== undefined && deletion === undefined && sets.has(keyOf(addition))) return refusal(409, 'alreadyExists', "The resource 'entity.change.additions[0]' named '_acme (TXT)' already exists");
    if (addition !== undefined && !`.${addition.name}`.endsWith(`.${zone.dnsName}`)) return refusal(400, 'invalid', 'Invalid value for name');
    if (deletion !== undefined) sets.delete(keyOf(deletion));
    if (addition !== undefined) sets.set(keyOf(addition), addition);
    return { body: { kind: 'dns#change', id: '7', status: 'pending', startTime: '2026-11-21T10:00:00Z', ...data } };
  }

  const standIn = await startStandIn((request) => {
    if (request.path === '/token') return grant(request);
    if (!state.valid.has(String(request.headers.authorization).replace('Bearer ', ''))) return refusal(401, 'authError', `Request had invalid authentication credentials: ${request.headers.authorization}`);
    const prepared = state.answers.shift();
    if (prepared !== undefined) return prepared;
    const [, asked, name, what] = /^\/dns\/v1\/projects\/([^/]+)\/managedZones(?:\/([^/]+)\/(rrsets|changes))?$/.exec(request.path) ?? [];
    if (asked !== project) return refusal(403, 'forbidden', `Permission 'dns.managedZones.list' denied on project ${asked}`);
    if (name === undefined) return list(request.query);
    const zone = zones.find((each) => each.name === name);
    if (zone === undefined) return refusal(404, 'notFound', `The 'parameters.managedZone' resource named '${name}' does not exist.`);
    if (what === 'changes') return change(zone, request.json);
    const found = sets.get(`${name}/${request.query.get('name')}`);
    return { body: { kind: 'dns#resourceRecordSetsListResponse', rrsets: found === undefined ? [] : [{ kind: 'dns#resourceRecordSet', signatureRrdatas: [], ...found }] } };
  });

  const zoneOf = (name: string) => zones.filter(({ dnsName, visibility }) => visibility !== 'private' && `.${name}.`.endsWith(`.${dnsName}`)).sort((one, other) => other.dnsName.length - one.dnsName.length)[0]?.name;
  return {
    ...standIn,
    state,
    sets,
    key: { type: 'service_account', project_id: project, private_key_id: 'key-1', private_key: pemOf(pair.privateKey), client_email: email, client_id: '1', token_uri: `${standIn.url}/token` },
    read: (name: string, zone = zoneOf(name)) => (sets.get(`${zone}/${name}.`)?.rrdatas ?? []).map(unquoteTxt),
  };
}
