import { AppError } from '@sifaka/kernel';
import { AccessToken, dnsName, HttpApi, unquoteTxt, type ApiAnswer, type ApiRequest, type GrantedToken, type PluginContext, type TxtSet, type TxtSetApi, type TxtSetChange } from '@sifaka/plugin-sdk';
import { z } from 'zod';
import type { UltraDnsOptions } from './options.js';

export interface Zone {
  /** Its full name with the last dot, as paths name it. */
  id: string;
  name: string;
}

export interface UltraDnsTxtSet extends TxtSet {
  /** As the API writes them. */
  rdata: readonly string[];
}

const zonesPerPage = 100;
/** A bound on what one account can make us read. */
const maxPages = 200;

/** "Data not found", and "resource record already exists". */
const notFound = 70_002;
const alreadyThere = 2_111;

const Token = z.object({ accessToken: z.string().min(1), refreshToken: z.string().min(1).optional(), expiresIn: z.coerce.number().positive() });
const ZonePage = z.object({
  resultInfo: z.object({ totalCount: z.int(), offset: z.int(), returnedCount: z.int() }),
  zones: z.array(z.object({ properties: z.object({ name: z.string(), type: z.string(), status: z.string() }) })).default([]),
});
const RrSets = z.object({ rrSets: z.array(z.object({ ownerName: z.string(), rrtype: z.string(), ttl: z.int().default(0), rdata: z.array(z.string()) })) });
const Fault = z.object({ errorCode: z.int(), errorMessage: z.string() });
const Faults = z.union([z.array(Fault).min(1), Fault.transform((fault) => [fault])]);

/** The part of the REST API v2 (https://docs.ultradns.com/) that challenges need. */
export class UltraDnsApi implements TxtSetApi<Zone, UltraDnsTxtSet> {
  private readonly api: HttpApi;
  private readonly token: AccessToken;
  private readonly secrets: string[];
  private refreshToken: string | null = null;

  constructor(
    private readonly options: UltraDnsOptions,
    context: PluginContext,
  ) {
    this.secrets = [options.password];
    this.api = new HttpApi({ name: 'UltraDNS', url: options.url, secrets: this.secrets, explain, context });
    this.token = new AccessToken({ grant: () => this.grant(), clock: context.clock, secrets: this.secrets });
  }

  /** Active primary zones: the others take their records from elsewhere. */
  async zones(): Promise<Zone[]> {
    const rows: z.output<typeof ZonePage>['zones'] = [];
    for (let page = 0; page < maxPages; page++) {
      const answer = await this.send('/v2/zones', { query: { offset: rows.length, limit: zonesPerPage }, accepts: [404] });
      // An account without a zone.
      if (answer.status === 404 && isAbout(answer, notFound)) return ours(rows);
      if (answer.status === 404) throw this.api.refusal('/v2/zones', {}, answer);
      const { resultInfo, zones } = this.api.parse(ZonePage, answer, '/v2/zones');
      rows.push(...zones);
      if (zones.length === 0 || rows.length >= resultInfo.totalCount) return ours(rows);
    }
    throw new AppError('failed_precondition', `UltraDNS has more than ${maxPages} pages of zones: give a user with fewer`);
  }

  async read(zone: Zone, name: string): Promise<UltraDnsTxtSet | null> {
    const path = pathOf(zone, name);
    const answer = await this.send(path, { accepts: [404] });
    if (answer.status === 404 && isAbout(answer, notFound)) return null;
    if (answer.status === 404) throw this.api.refusal(path, {}, answer);
    const { rrSets } = this.api.parse(RrSets, answer, path);
    const set = rrSets.find(({ rrtype }) => rrtype.startsWith('TXT'));
    return set === undefined ? null : { rdata: set.rdata, ttlSeconds: set.ttl, values: set.rdata.map(textOf) };
  }

  async write(zone: Zone, name: string, { before, values, ttlSeconds }: TxtSetChange<UltraDnsTxtSet>): Promise<void> {
    const kept = (before?.rdata ?? []).filter((data) => values.includes(textOf(data)));
    const present = new Set(kept.map(textOf));
    const rdata = [...kept, ...values.filter((value) => !present.has(value))];
    const path = pathOf(zone, name);
    const request: ApiRequest = values.length === 0 ? { method: 'DELETE' } : { method: before === null ? 'POST' : 'PUT', json: { ttl: ttlSeconds, rdata } };
    const answer = await this.send(path, { ...request, accepts: [400, 404, 409] });
    if (answer.status < 400) return;
    const fault = this.api.refusal(path, request, answer);
    // Somebody else made or removed the set meanwhile.
    if (isAbout(answer, request.method === 'POST' ? alreadyThere : notFound)) throw new AppError('conflict', fault.message);
    throw fault;
  }

  private async send(path: string, request: ApiRequest): Promise<ApiAnswer> {
    const accepts = [...(request.accepts ?? []), 401];
    const answer = await this.token.with((token) => this.api.send(path, { ...request, accepts, headers: { authorization: `Bearer ${token}` } }));
    if (answer.status === 401) throw this.api.refusal(path, request, answer);
    return answer;
  }

  /** By the refresh token, as long as there is one that is taken; else by the password. */
  private async grant(): Promise<GrantedToken> {
    const { username, password } = this.options;
    const refreshed = this.refreshToken === null ? null : await this.ask({ grant_type: 'refresh_token', refresh_token: this.refreshToken });
    this.refreshToken = null;
    const answer = refreshed !== null && refreshed.status < 400 ? refreshed : await this.ask({ grant_type: 'password', username, password });
    const path = '/v2/authorization/token';
    if (answer.status >= 400) throw new AppError('permission_denied', this.api.refusal(path, { method: 'POST' }, answer).message);
    const { accessToken: token, refreshToken, expiresIn: expiresInSeconds } = this.api.parse(Token, answer, path);
    if (refreshToken !== undefined) this.keep(refreshToken);
    return { token, expiresInSeconds };
  }

  private ask(form: Record<string, string>): Promise<ApiAnswer> {
    return this.api.send('/v2/authorization/token', { method: 'POST', form, accepts: [400, 401] });
  }

  private keep(refreshToken: string): void {
    this.refreshToken = refreshToken;
    // The password stays first, the refresh token second; access tokens follow.
    if (this.secrets.length > 1) this.secrets[1] = refreshToken;
    else this.secrets.push(refreshToken);
  }
}

const ours = (rows: z.output<typeof ZonePage>['zones']): Zone[] =>
  rows.filter(({ properties: { type, status } }) => type === 'PRIMARY' && status === 'ACTIVE').map(({ properties: { name } }) => ({ id: `${dnsName(name)}.`, name: dnsName(name) }));

const pathOf = ({ id }: Zone, name: string): string => `/v2/zones/${encodeURIComponent(id)}/rrsets/TXT/${encodeURIComponent(`${name}.`)}`;

/** Texts come as they are; those that somebody entered as strings of a zone file keep their quotes. */
const textOf = (data: string): string => (/^".*"$/s.test(data) ? unquoteTxt(data) : data);

function isAbout({ body }: ApiAnswer, code: number): boolean {
  const faults = Faults.safeParse(body);
  return faults.success && faults.data.some(({ errorCode }) => errorCode === code);
}

function explain(body: unknown): string | undefined {
  const faults = Faults.safeParse(body);
  return faults.success ? faults.data.map(({ errorCode, errorMessage }) => `${errorMessage} (${errorCode})`).join('; ') : undefined;
}
