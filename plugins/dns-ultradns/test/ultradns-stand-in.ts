import { startStandIn, type SeenRequest, type StandInAnswer } from '@sifaka/plugin-sdk/conformance';
import { z } from 'zod';

export const credentials = { username: 'acme', password: 'right-password-0123456789' };

const Body = z.strictObject({ ttl: z.int().min(0), rdata: z.array(z.string().min(1)).min(1) });
type Stored = z.output<typeof Body>;

export interface UltraDnsZone {
  name: string;
  type?: string;
  status?: string;
}

const refusal = (status: number, errorCode: number, errorMessage: string): StandInAnswer => ({ status, body: [{ errorCode, errorMessage }] });

/** REST API v2 of UltraDNS as its documentation describes it: grants, pages of zones, record sets, error codes. */
export async function startUltraDns(zones: readonly UltraDnsZone[]) {
  const sets = new Map<string, Stored>();
  const state = { grants: [] as string[], valid: new Set<string>(), refresh: new Set<string>() };

  function grant({ text }: SeenRequest): StandInAnswer {
    const { grant_type: type = '', username, password, refresh_token: refresh = '' } = Object.fromEntries(new URLSearchParams(text));
    const isGood = type === 'password' ? username === credentials.username && password === credentials.password : type === 'refresh_token' && state.refresh.delete(refresh);
    if (!isGood) return { status: 401, body: { errorCode: 60_001, errorMessage: `invalid_grant:Invalid username & password combination: ${password}` } };
    state.grants.push(type);
    const [accessToken, refreshToken] = [`access-${state.grants.length}-0123456789`, `refresh-${state.grants.length}-0123456789`];
    state.valid.add(accessToken);
    state.refresh.add(refreshToken);
    return { body: { tokenType: 'Bearer', refreshToken, accessToken, expiresIn: '3600', token_type: 'Bearer', refresh_token: refreshToken, access_token: accessToken, expires_in: '3600' } };
  }

  function list(query: URLSearchParams): StandInAnswer {
    const [offset, limit] = [Number(query.get('offset') ?? 0), Number(query.get('limit') ?? 100)];
    const page = zones.slice(offset, offset + limit).map(({ name, type = 'PRIMARY', status = 'ACTIVE' }) => ({ properties: { name: `${name}.`, accountName: 'sample', type, status, dnssecStatus: 'UNSIGNED', resourceRecordCount: 2 } }));
    if (zones.length === 0) return refusal(404, 70_002, 'Data not found.');
    return { body: { queryInfo: { sort: 'NAME', reverse: false, limit }, resultInfo: { totalCount: zones.length, offset, returnedCount: page.length }, zones: page } };
  }

  function set(key: string, { method, json }: SeenRequest, zoneName: string, owner: string): StandInAnswer {
    const found = sets.get(key);
    if (method === 'GET') return found === undefined ? refusal(404, 70_002, 'Data not found.') : { body: { zoneName, rrSets: [{ ownerName: owner, rrtype: 'TXT (16)', ...found }], resultInfo: { totalCount: 1, offset: 0, returnedCount: 1 } } };
    if (method === 'POST' && found !== undefined) return refusal(400, 2_111, 'Resource Record of type 16 with these attributes already exists in the system.');
    if (method !== 'POST' && found === undefined) return refusal(404, 70_002, 'Data not found.');
    if (method === 'DELETE') return { status: sets.delete(key) ? 204 : 500 };
    const { data, error } = Body.safeParse(json);
    if (data === undefined) return refusal(400, 53_005, error.message);
    sets.set(key, data);
    return { status: method === 'POST' ? 201 : 200, body: { message: 'Successful' } };
  }

  const standIn = await startStandIn((request) => {
    if (request.path === '/v2/authorization/token') return grant(request);
    if (!state.valid.has(String(request.headers.authorization).replace('Bearer ', ''))) return { status: 401, body: { errorCode: 60_001, errorMessage: `invalid_grant:token not found, expired or invalid: ${request.headers.authorization}` } };
    if (request.path === '/v2/zones') return list(request.query);
    const [, zoneName = '', owner = ''] = (/^\/v2\/zones\/([^/]+)\/rrsets\/TXT\/([^/]+)$/.exec(request.path) ?? []).map(decodeURIComponent);
    if (!zones.some(({ name }) => `${name}.` === zoneName)) return refusal(404, 1_801, 'Zone does not exist in the system.');
    if (!`.${owner}`.endsWith(`.${zoneName}`)) return refusal(400, 2_103, `Invalid host name ${owner}`);
    return set(`${zoneName}/${owner}`, request, zoneName, owner);
  });

  const keyOf = (name: string) => {
    const zone = zones.map((each) => each.name).filter((each) => `.${name}`.endsWith(`.${each}`)).sort((one, other) => other.length - one.length)[0];
    return `${zone}./${name}.`;
  };
  return { ...standIn, state, sets, keyOf, read: (name: string) => sets.get(keyOf(name))?.rdata ?? [] };
}
