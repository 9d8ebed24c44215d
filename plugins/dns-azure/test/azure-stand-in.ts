import { startStandIn, type SeenRequest, type StandInAnswer } from '@sifaka/plugin-sdk/conformance';
import { z } from 'zod';

export const tenant = '11111111-2222-3333-4444-555555555555';
export const subscription = 'aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee';
export const credentials = { client_id: '99999999-8888-7777-6666-555555555555', client_secret: 'right-secret~0123456789' };

const Body = z.object({ properties: z.strictObject({ TTL: z.int().min(1), TXTRecords: z.array(z.object({ value: z.array(z.string().max(255)).min(1) })).min(1).max(20), metadata: z.record(z.string(), z.string()).optional() }) });

export interface Stored {
  etag: string;
  properties: z.output<typeof Body>['properties'];
}

export interface AzureZone {
  name: string;
  group?: string;
  zoneType?: string;
}

const refusal = (status: number, code: string, message: string): StandInAnswer => ({ status, body: { error: { code, message } } });

/** Microsoft's token endpoint, and Azure DNS 2018-05-01 as its documentation describes them: pages of zones, ETags, error codes. */
export async function startAzure(zones: readonly AzureZone[]) {
  const sets = new Map<string, Stored>();
  const state = { tokens: 0, expiresIn: 3_599, validTokens: new Set<string>(), foreignLink: '' };
  let lastEtag = 0;
  const idOf = ({ name, group = 'dns' }: AzureZone) => `/subscriptions/${subscription}/resourceGroups/${group}/providers/Microsoft.Network/dnszones/${name}`;

  function grant({ text }: SeenRequest): StandInAnswer {
    const { grant_type: type, client_id: id, client_secret: secret, scope } = Object.fromEntries(new URLSearchParams(text));
    if (type !== 'client_credentials' || !/^http:\/\/127\.0\.0\.1:\d+\/\.default$/.test(scope ?? '')) return { status: 400, body: { error: 'invalid_scope', error_description: `AADSTS70011: The provided value for the input parameter 'scope' is not valid: ${scope}` } };
    if (id !== credentials.client_id || secret !== credentials.client_secret) return { status: 401, body: { error: 'invalid_client', error_description: `AADSTS7000215: Invalid client secret provided. You sent ${secret}.` } };
    const token = `token-${++state.tokens}-0123456789`;
    state.validTokens.add(token);
    return { body: { token_type: 'Bearer', expires_in: state.expiresIn, ext_expires_in: state.expiresIn, access_token: token } };
  }

  function list(group: string | undefined, query: URLSearchParams): StandInAnswer {
    const all = zones.filter((zone) => group === undefined || (zone.group ?? 'dns') === group);
    const [start, top] = [Number(query.get('$skipToken') ?? 0), Number(query.get('$top') ?? 100)];
    const value = all.slice(start, start + top).map((zone) => ({ id: idOf(zone), name: zone.name, type: 'Microsoft.Network/dnszones', location: 'global', etag: 'x', properties: { zoneType: zone.zoneType ?? 'Public', numberOfRecordSets: 2 } }));
    const more = `${standIn.url}/subscriptions/${subscription}/providers/Microsoft.Network/dnszones?api-version=2018-05-01&$top=${top}&$skipToken=${start + top}`;
    return { body: { value, ...(state.foreignLink !== '' ? { nextLink: state.foreignLink } : start + top < all.length && { nextLink: more }) } };
  }

  function write(key: string, { headers, json }: SeenRequest): StandInAnswer {
    const found = sets.get(key);
    const [ifMatch, ifNoneMatch] = [headers['if-match'], headers['if-none-match']];
    if ((ifMatch !== undefined && ifMatch !== found?.etag) || (ifNoneMatch === '*' && found !== undefined)) return { status: 412, body: { code: 'PreconditionFailed', message: `The condition '${ifMatch ?? ifNoneMatch}' was not satisfied.` } };
    const { data: body, error } = Body.safeParse(json);
    if (body === undefined) return refusal(400, 'BadRequest', error.message);
    const stored = { etag: `etag-${++lastEtag}`, properties: body.properties };
    sets.set(key, stored);
    return { status: found === undefined ? 201 : 200, body: stored };
  }

  function set(zone: AzureZone, node: string, request: SeenRequest): StandInAnswer {
    const key = `${idOf(zone)}/${node}`;
    if (request.method === 'PUT') return write(key, request);
    const found = sets.get(key);
    const gone = { status: 404, body: { code: 'NotFound', message: `The resource record '${node}' does not exist in resource group 'dns' of subscription '${subscription}'.` } };
    if (request.method === 'GET') return found === undefined ? gone : { body: { id: key, name: node, type: 'Microsoft.Network/dnszones/TXT', ...found } };
    if (found !== undefined && request.headers['if-match'] !== found.etag) return { status: 412, body: { code: 'PreconditionFailed', message: 'The condition was not satisfied.' } };
    return { status: sets.delete(key) ? 200 : 204 };
  }

  const standIn = await startStandIn((request) => {
    if (request.path === `/${tenant}/oauth2/v2.0/token`) return grant(request);
    if (!state.validTokens.has(String(request.headers.authorization).replace('Bearer ', ''))) return refusal(401, 'ExpiredAuthenticationToken', `The access token expiry UTC time is earlier than current UTC time. You sent ${request.headers.authorization}`);
    if (request.query.get('api-version') !== '2018-05-01') return refusal(400, 'MissingApiVersionParameter', 'The api-version query parameter (?api-version=) is required for all requests.');
    const [, owner, group, rest] = /^\/subscriptions\/([^/]+)(?:\/resourceGroups\/([^/]+))?\/providers\/Microsoft\.Network\/dnszones(\/.*)?$/.exec(request.path) ?? [];
    if (owner !== subscription) return refusal(404, 'SubscriptionNotFound', `The subscription '${owner}' could not be found.`);
    if (rest === undefined) return list(group, request.query);
    const [, name = '', node = ''] = /^\/([^/]+)\/TXT\/([^/]+)$/.exec(rest) ?? [];
    const zone = zones.find((each) => each.name === name && (each.group ?? 'dns') === group);
    if (zone === undefined) return refusal(404, 'ParentResourceNotFound', `Can not perform requested operation on nested resource. Parent resource '${name}' not found.`);
    return set(zone, decodeURIComponent(node), request);
  });

  const keyOf = (name: string, group: string): string => {
    const zone = zones.filter((each) => (each.group ?? 'dns') === group && `.${name}`.endsWith(`.${each.name}`)).sort((one, other) => other.name.length - one.name.length)[0];
    if (zone === undefined) throw new Error(`no zone of ${name}`);
    return `${idOf(zone)}/${name === zone.name ? '@' : name.slice(0, -(zone.name.length + 1))}`;
  };
  return {
    ...standIn,
    state,
    sets,
    keyOf,
    read: (name: string, group = 'dns') => (sets.get(keyOf(name, group))?.properties.TXTRecords ?? []).map(({ value }) => value.join('')),
  };
}
