import { Injectable } from '@nestjs/common';
import { isAppError } from '@sifaka/kernel';
import { listRenewalWindows, renewalWindowChanged, type EventDataOf } from '@sifaka/contracts';
import { Database } from '@sifaka/database';
import { OnEvent, RpcClient, type CloudEvent } from '@sifaka/messaging';
import type { RenewalFacts } from './renewal-facts.js';

interface Suggestion {
  fingerprintSha256: string;
  windowStart: string;
  windowEnd: string;
  toldAt: string;
}

/** When CAs would like their certificates to be renewed (RFC 9773), as acme-svc tells and is asked. */
@Injectable()
export class Suggestions {
  constructor(
    private readonly database: Database,
    private readonly rpc: RpcClient,
  ) {}

  @OnEvent(renewalWindowChanged, { durable: 'plan-by-suggestion', isIdempotent: true })
  async changed({ fingerprintSha256, windowStart, windowEnd }: EventDataOf<typeof renewalWindowChanged>, { time }: CloudEvent): Promise<void> {
    await this.note([{ fingerprintSha256, windowStart, windowEnd, toldAt: time }]);
  }

  /** Asks for those of ACME authorities that were never told. Returns whether acme-svc is away, so that it has to be asked later. */
  async ask(certificates: readonly RenewalFacts[]): Promise<{ isAway: boolean; isNew: boolean }> {
    const unknown = certificates.filter(needsSuggestion).map(({ fingerprint }) => fingerprint);
    if (unknown.length === 0) return { isAway: false, isNew: false };
    try {
      const { windows } = await this.rpc.call(listRenewalWindows, { fingerprints: unknown }, { principal: { kind: 'system', service: 'issuer' } });
      await this.note(windows.map(({ checkedAt, ...window }) => ({ ...window, toldAt: checkedAt })));
      return { isAway: false, isNew: windows.length > 0 };
    } catch (error) {
      if (!isAppError(error)) throw error;
      return { isAway: true, isNew: false };
    }
  }

  private async note(suggestions: readonly Suggestion[]): Promise<void> {
    if (suggestions.length > 0) await this.database.query({ name: 'renewal-suggestions', text: noteSql, values: [JSON.stringify(suggestions)] });
  }
}

/** Only an ACME CA suggests anything. */
export const needsSuggestion = ({ authority, suggested }: RenewalFacts): boolean => authority !== null && authority.plugin.startsWith('acme-') && suggested === null;

/** What was told earlier changes nothing; what is new makes the plan of its certificate stale. */
const noteSql = `
  with told as (
    insert into suggested_renewal (fingerprint_sha256, window_start, window_end, told_at)
    select distinct on ("fingerprintSha256") decode("fingerprintSha256", 'hex'), "windowStart", "windowEnd", "toldAt"
    from json_to_recordset($1) as g("fingerprintSha256" text, "windowStart" timestamptz, "windowEnd" timestamptz, "toldAt" timestamptz)
    order by "fingerprintSha256", "toldAt" desc
    on conflict (fingerprint_sha256) do update set window_start = excluded.window_start, window_end = excluded.window_end, told_at = excluded.told_at
    where suggested_renewal.told_at <= excluded.told_at
    returning fingerprint_sha256
  )
  update certificate_renewal r set revision = r.revision + 1
  from told join certificate c on c.fingerprint_sha256 = told.fingerprint_sha256 where r.certificate_id = c.id`;
