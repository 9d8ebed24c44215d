import { isIP } from 'node:net';
import { Inject, Injectable } from '@nestjs/common';
import type { PlacedCertificate, RotatableEndpoint, RotationAnswer } from '@sifaka/contracts';
import type { Clock } from '@sifaka/kernel';
import { CLOCK } from '@sifaka/runtime';
import { DestinationRepository, type DestinationRow } from '../destination/destination.repository.js';
import { DestinationStores, type Stores } from './destination-stores.js';
import { isForAny, namesLost } from './names-kept.js';
import type { PlannedRotation } from './rotation.js';
import { plannedSteps } from './rotation.view.js';
import { successorOf, Successors, unfit, type Known } from './successors.js';

export type Refused = RotationAnswer['refused'][number];

/** What is asked for, of endpoints that were found. */
export interface Wish {
  endpoints: readonly RotatableEndpoint[];
  /** The one to go, where the request names it. */
  oldCertificateId: number | null;
  /** Null: what replaced the old one. */
  made: PlacedCertificate | null;
  /** Endpoints whose certificates are not replaced are none of its business. */
  isDueOnly: boolean;
  removesOld: boolean;
  verifies: boolean;
}

export interface Plan {
  planned: PlannedRotation[];
  refused: Refused[];
  /** By which the right to rotate is decided. */
  certificates: Known;
}

interface Move {
  endpoint: RotatableEndpoint;
  /** Undefined: nobody knows what is presented. */
  old: PlacedCertificate | undefined;
  made: PlacedCertificate;
}

/** Says for each endpoint what would be done, or why nothing can be. Nothing is changed or written. */
@Injectable()
export class PlanRotations {
  constructor(
    private readonly successors: Successors,
    private readonly destinations: DestinationRepository,
    private readonly stores: DestinationStores,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async run(wish: Wish): Promise<Plan> {
    const presented = wish.endpoints.flatMap((endpoint) => endpoint.certificates.map(({ certificateId }) => certificateId));
    const known = new Map(await this.successors.read(wish.oldCertificateId === null ? presented : [...presented, wish.oldCertificateId]));
    if (wish.made !== null) known.set(wish.made.id, wish.made);
    const plan: Plan = { planned: [], refused: [], certificates: known };
    const stores = wish.endpoints.some(({ rotatesBy }) => rotatesBy === 'source') ? await this.stores.read() : new Map();
    const ids = wish.endpoints.flatMap(({ destinationId }) => destinationId ?? []);
    const own = new Map((await this.destinations.meant([...new Set(ids)], [])).map((row) => [row.id, row]));
    for (const endpoint of wish.endpoints) {
      const moves = this.moves(endpoint, wish, known);
      if (typeof moves === 'string') plan.refused.push(refusal(endpoint, moves));
      else
        for (const move of moves) {
          const planned = await this.plan(move, wish, stores, own);
          if (typeof planned === 'string') plan.refused.push(refusal(endpoint, planned));
          else plan.planned.push(planned);
        }
    }
    return plan;
  }

  /** What it presents against what it should; in words why that is nothing. */
  private moves(endpoint: RotatableEndpoint, { made, oldCertificateId, isDueOnly }: Wish, known: Known): Move[] | string {
    const now = this.clock.now();
    // The default one first.
    const ids = oldCertificateId === null ? endpoint.certificates.map(({ certificateId }) => certificateId) : [oldCertificateId];
    const presented = ids.flatMap((id) => known.get(id) ?? []);
    if (made !== null) {
      const why = unfit(made, now);
      if (why !== null) return why;
      // Of several that it presents it takes the place of the one that it replaces, else of the default one.
      const old = presented.find(({ id }) => descends(made.id, id, known)) ?? presented[0];
      return [{ endpoint, old, made }];
    }
    const due = presented.filter(({ replacedBy }) => replacedBy.length > 0);
    if (presented.length === 0) return isDueOnly ? [] : 'nobody knows what it presents: name the new certificate';
    if (due.length === 0) return isDueOnly ? [] : `certificate "${presented[0]?.name ?? ''}" was not replaced: name the new certificate`;
    const moves = due.flatMap((old) => {
      const successor = successorOf(old.id, known, now);
      return successor === undefined ? [] : [{ endpoint, old, made: successor }];
    });
    if (moves.length > 0) return moves;
    const replacements = (due[0]?.replacedBy ?? []).flatMap((id) => known.get(id) ?? []).map((each) => unfit(each, now) ?? each.name);
    return `nothing that replaced certificate "${due[0]?.name ?? ''}" can be presented: ${replacements.join('; ')}`;
  }

  private async plan({ endpoint, old, made }: Move, { removesOld, verifies }: Wish, stores: Stores, own: ReadonlyMap<number, DestinationRow>): Promise<PlannedRotation | string> {
    const why = fault(endpoint, old, made);
    if (why !== null) return why;
    const rotatesBy = endpoint.rotatesBy ?? 'destination';
    const destination = rotatesBy === 'source' ? await this.stores.choose(stores, endpoint, old, made) : (own.get(endpoint.destinationId ?? 0) ?? 'its destination does not exist any more');
    if (typeof destination === 'string') return destination;
    const unable = this.stores.fault(destination, made) ?? (rotatesBy === 'destination' ? await this.stores.strange(destination, old, made) : null);
    if (unable !== null) return unable;
    const planned = {
      endpoint_id: endpoint.id,
      endpoint_name: endpoint.name,
      dnsname: endpoint.dnsname,
      port: endpoint.port,
      type: endpoint.type,
      rotates_by: rotatesBy,
      source_id: endpoint.sourceId,
      source_label: endpoint.sourceLabel,
      store: endpoint.store,
      destination_id: destination.id,
      destination_label: destination.label,
      old_certificate_id: old?.id ?? null,
      old_name: old?.name ?? null,
      new_certificate_id: made.id,
      new_name: made.name,
      removes_old: removesOld,
      verifies,
    };
    return { ...planned, steps: plannedSteps(planned) };
  }
}

const refusal = ({ id, name }: RotatableEndpoint, reason: string): Refused => ({ endpointId: id, name, reason });

function fault(endpoint: RotatableEndpoint, old: PlacedCertificate | undefined, made: PlacedCertificate): string | null {
  if (endpoint.rotatesBy === null) return 'nothing changes what it presents: it has no source that can, and no destination that it serves from';
  if (endpoint.missingSince !== null) return `source "${endpoint.sourceLabel ?? ''}" does not report it any more`;
  if (old === undefined && endpoint.rotatesBy === 'source') return 'nobody knows what it presents, so that its source cannot be told what to replace';
  if (old?.id === made.id) return `it presents certificate "${made.name}" already`;
  const reachedAs = [...new Set([endpoint.dnsname, ...endpoint.dnsAliases, ...(endpoint.serverName === null ? [] : [endpoint.serverName])])];
  const asked = endpoint.serverName ?? endpoint.dnsname;
  // Whoever is reached by an address alone says nothing of names.
  if (old === undefined && isIP(asked) === 0 && !isForAny([asked, ...endpoint.dnsAliases], made.names)) return `certificate "${made.name}" is not for ${asked}`;
  const lost = old === undefined ? [] : namesLost(reachedAs, old.names, made.names);
  return lost.length === 0 ? null : `certificate "${made.name}" is not for ${lost.slice(0, 5).join(', ')}, which "${old?.name ?? ''}" is for`;
}

/** Whether a certificate has replaced another one, over several as well. */
function descends(id: number, from: number, known: Known): boolean {
  const seen = new Set<number>();
  const queue = [...(known.get(from)?.replacedBy ?? [])];
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    if (next === id) return true;
    if (seen.has(next)) continue;
    seen.add(next);
    queue.push(...(known.get(next)?.replacedBy ?? []));
  }
  return false;
}
