import { Injectable } from '@nestjs/common';
import { PlaceChallenge } from './place-challenge.js';
import { Propagation, type Sighting } from './propagation.js';
import { TxtRecords } from './txt-records.js';

/** Where the TXT record of a name belongs. */
export interface Place {
  providerId: number;
  providerName: string;
  /** Zone that the record stands in. */
  zone: string;
  /** The name itself with `_acme-challenge.`, or what a CNAME there points to. */
  recordName: string;
}

/** What DNS-01 challenges (RFC 8555 section 8.4) need of DNS. Safe to call again at every step: an order resumes by asking anew. */
@Injectable()
export class DnsChallenges {
  constructor(
    private readonly placing: PlaceChallenge,
    private readonly records: TxtRecords,
    private readonly sightings: Propagation,
  ) {}

  /**
   * Finds the provider whose zone the challenge record of `name` belongs to, along CNAMEs.
   *
   * @param name as in the order: a wildcard keeps its `*.`
   * @param preferredProviderId used when it serves the name, or when its zones are not known
   * @throws AppError `failed_precondition`, reason `dns.no_provider`, `dns.delegation_loop` or `dns.delegation_in_use`; `upstream_failed` when no resolver answers
   */
  place(name: string, preferredProviderId: number | null): Promise<Place> {
    return this.placing.run(name, preferredProviderId);
  }

  /**
   * Puts the value beside whatever else stands at the name; on record before it is in DNS, so that it is removed whatever happens.
   *
   * @param record.challengeId any number that stays with the challenge; one challenge may have records in several places
   * @throws AppError of the provider's plugin; `failed_precondition`, reason `dns.provider_gone`; `conflict`, reason `dns.record_released`,
   *   when the same challenge was removed meanwhile
   */
  publish(record: { challengeId: number; providerId: number; recordName: string; value: string }): Promise<void> {
    return this.records.publish(record);
  }

  /** Whether every authoritative server shows the value; never throws for what servers do: `detail` says which does not, and why. */
  propagation(record: { providerId: number; zone: string; recordName: string; value: string }): Promise<Sighting> {
    return this.sightings.look(record);
  }

  /**
   * Takes all records of the challenge out of DNS. Never throws for what a provider does: what could not be removed now is tried
   * again by a job until it is gone.
   */
  remove(challengeId: number): Promise<{ isRemoved: boolean }> {
    return this.records.remove(challengeId);
  }
}
