import { Injectable } from '@nestjs/common';
import { ingestCertificates, ingestCount, type OutputOf } from '@sifaka/contracts';
import { RpcClient } from '@sifaka/messaging';
import { asked, refusal, type Candidate } from './found-certificate.js';
import { SightingRepository } from './sighting.repository.js';

/** For whom certificates are taken into the inventory; without an id: for the owner of an endpoint that no source reports. */
export interface Finder {
  id: number | null;
  label: string;
  owner: string;
  owner_role_id: number;
}

export interface Identified {
  /** Inventory ids by fingerprint. */
  ids: Map<string, number>;
  /** Why not, by fingerprint. */
  refused: Map<string, string>;
  /** Of `ids`, those to be remembered. */
  learned: Map<string, number>;
  newCount: number;
}

/** Says which certificates of the inventory these are, and takes those into it that it does not have. */
@Injectable()
export class Identify {
  constructor(
    private readonly rpc: RpcClient,
    private readonly sightings: SightingRepository,
  ) {}

  /**
   * @param isNews whether the inventory is to hear of it though it is known: it may learn an external id
   */
  async run(finder: Finder, candidates: readonly Candidate[], isNews: (candidate: Candidate) => boolean): Promise<Identified> {
    const refused = new Map<string, string>();
    const fit = new Map<string, Candidate>();
    for (const candidate of candidates) {
      const reason = refusal(candidate);
      if (reason !== null) refused.set(candidate.fingerprint, reason);
      else if (!fit.has(candidate.fingerprint) || isNews(candidate)) fit.set(candidate.fingerprint, candidate);
    }
    const ids = await this.sightings.identities([...fit.keys()]);
    const unknown = [...fit.values()].filter((candidate) => !ids.has(candidate.fingerprint) || isNews(candidate));
    const learned = new Map<string, number>();
    let newCount = 0;
    if (unknown.length > 0) {
      for (const [index, outcome] of (await this.ingestAll(finder, unknown)).entries()) {
        const fingerprint = unknown[index]?.fingerprint ?? '';
        if (outcome.status === 'refused') {
          refused.set(fingerprint, outcome.reason);
          continue;
        }
        if (!ids.has(fingerprint)) learned.set(fingerprint, outcome.certificateId);
        ids.set(fingerprint, outcome.certificateId);
        newCount += Number(outcome.status === 'new');
      }
    }
    return { ids, refused, learned, newCount };
  }

  /** One endpoint may present more than a message holds. */
  private async ingestAll(finder: Finder, candidates: readonly Candidate[]): Promise<OutputOf<typeof ingestCertificates>['outcomes']> {
    const outcomes: OutputOf<typeof ingestCertificates>['outcomes'] = [];
    for (let from = 0; from < candidates.length; from += ingestCount) outcomes.push(...(await this.ingest(finder, candidates.slice(from, from + ingestCount))));
    return outcomes;
  }

  private async ingest({ id, label, owner, owner_role_id: ownerRoleId }: Finder, candidates: readonly Candidate[]): Promise<OutputOf<typeof ingestCertificates>['outcomes']> {
    const input = { source: id === null ? null : { id, label }, owner, ownerRoleId, certificates: candidates.map(asked) };
    const { outcomes } = await this.rpc.call(ingestCertificates, input, { principal: { kind: 'system', service: 'discovery' } });
    return outcomes;
  }
}
