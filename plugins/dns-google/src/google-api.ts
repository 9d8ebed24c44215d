import { GoogleSession, googleWords, serviceAccountKey } from '@sifaka/google';
import { AppError } from '@sifaka/kernel';
import { dnsName, quoteTxt, unquoteTxt, type ApiAnswer, type ApiRequest, type PluginContext, type TxtSet, type TxtSetApi, type TxtSetChange } from '@sifaka/plugin-sdk';
import { z } from 'zod';
import type { GoogleOptions } from './options.js';

export interface Zone {
  /** Name of the managed zone, which is not its DNS name. */
  id: string;
  name: string;
}

/** As it has to be named to be deleted. */
export interface GoogleTxtSet extends TxtSet {
  rrset: z.output<typeof RrSet>;
}

const zonesPerPage = 100;
/** A bound on what one project can make us read. */
const maxPages = 200;

const RrSet = z.object({ name: z.string(), type: z.string(), ttl: z.int(), rrdatas: z.array(z.string()) });
const RrSets = z.object({ kind: z.literal('dns#resourceRecordSetsListResponse'), rrsets: z.array(RrSet).default([]) });
const Change = z.object({ id: z.string(), status: z.string() });
const ZonePage = z.object({
  kind: z.literal('dns#managedZonesListResponse'),
  managedZones: z.array(z.object({ name: z.string(), dnsName: z.string(), visibility: z.string().default('public') })).default([]),
  nextPageToken: z.string().optional(),
});
const scope = 'https://www.googleapis.com/auth/ndev.clouddns.readwrite';

/** The part of the Cloud DNS API v1 (https://cloud.google.com/dns/docs/reference/rest/v1) that challenges need. */
export class GoogleApi implements TxtSetApi<Zone, GoogleTxtSet> {
  private readonly api: GoogleSession;
  private readonly zonesPath: string;

  constructor({ service_account_key: keyText, project, url }: GoogleOptions, context: PluginContext) {
    this.zonesPath = `/dns/v1/projects/${encodeURIComponent(project ?? serviceAccountKey(keyText).project_id ?? '')}/managedZones`;
    this.api = new GoogleSession({ name: 'Google Cloud DNS', url, serviceAccountKey: keyText, scope, context });
  }

  /** Public zones; private ones answer no certificate authority. */
  async zones(): Promise<Zone[]> {
    const rows: z.output<typeof ZonePage>['managedZones'] = [];
    let query: Record<string, string | number> = { maxResults: zonesPerPage };
    for (let page = 0; page < maxPages; page++) {
      const { managedZones, nextPageToken } = this.api.parse(ZonePage, await this.api.send(this.zonesPath, { query }), this.zonesPath);
      rows.push(...managedZones);
      if (nextPageToken === undefined) return rows.filter(({ visibility }) => visibility === 'public').map((row) => ({ id: row.name, name: dnsName(row.dnsName) }));
      query = { maxResults: zonesPerPage, pageToken: nextPageToken };
    }
    throw new AppError('failed_precondition', `Google Cloud DNS has more than ${maxPages} pages of zones: give a project with fewer`);
  }

  async read({ id }: Zone, name: string): Promise<GoogleTxtSet | null> {
    const path = `${this.zonesPath}/${encodeURIComponent(id)}/rrsets`;
    const { rrsets } = this.api.parse(RrSets, await this.api.send(path, { query: { name: `${name}.`, type: 'TXT' } }), path);
    const rrset = rrsets.find((each) => each.type === 'TXT' && dnsName(each.name) === name);
    return rrset === undefined ? null : { rrset, ttlSeconds: rrset.ttl, values: rrset.rrdatas.map(unquoteTxt) };
  }

  /** What was read is deleted and what shall be is added in one change, which Google refuses when the set is another one meanwhile. */
  async write({ id }: Zone, name: string, { before, values, ttlSeconds }: TxtSetChange<GoogleTxtSet>): Promise<void> {
    const kept = (before?.rrset.rrdatas ?? []).filter((data) => values.includes(unquoteTxt(data)));
    const present = new Set(kept.map(unquoteTxt));
    const rrdatas = [...kept, ...values.filter((value) => !present.has(value)).map(quoteTxt)];
    const addition = { name: before?.rrset.name ?? `${name}.`, type: 'TXT', ttl: ttlSeconds, rrdatas };
    const json = { ...(before !== null && { deletions: [before.rrset] }), ...(rrdatas.length > 0 && { additions: [addition] }) };
    const path = `${this.zonesPath}/${encodeURIComponent(id)}/changes`;
    const request: ApiRequest = { method: 'POST', json };
    const answer = await this.api.send(path, { ...request, accepts: [404, 409, 412] });
    if (answer.status === 409 || answer.status === 412 || isAboutTheSet(answer)) throw new AppError('conflict', this.api.refusal(path, request, answer).message);
    if (answer.status === 404) throw this.api.refusal(path, request, answer);
    this.api.parse(Change, answer, path);
  }
}

/** 404 for a deletion that is not there; for a zone that is gone the words are others. */
function isAboutTheSet({ status, body }: ApiAnswer): boolean {
  return status === 404 && (googleWords(body) ?? '').includes('entity.change.deletions');
}
