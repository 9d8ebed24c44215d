import { Injectable } from '@nestjs/common';
import {
  findAttachments,
  findEndpoints,
  findSightings,
  listDestinations,
  type DestinationView,
  type NestedEndpoint,
  type OutputOf,
  type SystemPrincipal,
} from '@sifaka/contracts';
import { RpcClient } from '@sifaka/messaging';
import type { z } from 'zod';
import { Lookup } from '../composition/lookup.js';
import { optionedView } from '../composition/optioned.view.js';
import { inParts } from '../listing/in-parts.js';
import { inSlices } from '../listing/in-slices.js';
import { whileAway } from '../listing/while-away.js';

type Endpoint = z.output<typeof NestedEndpoint>;
type ByCertificate<T> = ReadonlyMap<number, readonly T[]>;

/** Where certificates are: one question to each service for all who look at the same moment, and nothing while that service is away. */
@Injectable()
export class Attachments {
  private readonly certificateDestinations = new Lookup((ids: number[]) => this.readDestinations(ids));
  private readonly certificateEndpoints = new Lookup((ids: number[]) => this.readEndpoints(ids));
  private readonly certificateSources = new Lookup((ids: number[]) => this.readSources(ids));
  private readonly destinations = new Lookup((ids: number[]) => this.readById(ids));

  constructor(private readonly rpc: RpcClient) {}

  destinationsOf(certificateIds: readonly number[]): Promise<ByCertificate<DestinationView>> {
    return whileAway(this.certificateDestinations.find(certificateIds), new Map());
  }

  endpointsOf(certificateIds: readonly number[]): Promise<ByCertificate<Endpoint>> {
    return whileAway(this.certificateEndpoints.find(certificateIds), new Map());
  }

  sourcesOf(certificateIds: readonly number[]): Promise<ByCertificate<DestinationView>> {
    return whileAway(this.certificateSources.find(certificateIds), new Map());
  }

  /** Destinations by their own ids. */
  byId(ids: readonly number[]): Promise<ReadonlyMap<number, DestinationView>> {
    return whileAway(this.destinations.find(ids), new Map());
  }

  private async readDestinations(ids: number[]): Promise<ByCertificate<DestinationView>> {
    const found = await inParts(ids, partLength, async (certificateIds) => {
      const answer: OutputOf<typeof findAttachments> = await this.rpc.call(findAttachments, { certificateIds }, { principal: self });
      return linked(answer.destinations, answer.attachments.map(({ certificateId, destinationId }) => [certificateId, destinationId]));
    });
    return grouped(found);
  }

  private async readSources(ids: number[]): Promise<ByCertificate<DestinationView>> {
    const found = await inParts(ids, partLength, async (certificateIds) => {
      const answer: OutputOf<typeof findSightings> = await this.rpc.call(findSightings, { certificateIds }, { principal: self });
      return linked(answer.sources, answer.sightings.map(({ certificateId, sourceId }) => [certificateId, sourceId]));
    });
    return grouped(found);
  }

  private async readEndpoints(ids: number[]): Promise<ByCertificate<Endpoint>> {
    const found = await inParts(ids, partLength, async (certificateIds) => (await this.rpc.call(findEndpoints, { certificateIds }, { principal: self })).endpoints);
    return grouped(found.map(({ certificateId, id, name, dnsname, owner, type, active }) => [certificateId, { id, name, dnsname, owner, type, active }]));
  }

  private async readById(ids: number[]): Promise<ReadonlyMap<number, DestinationView>> {
    const found = await inParts(ids, partLength, async (part) => {
      const all = { offset: 0, limit: part.length, sortBy: null, sortDir: null, cursor: null };
      return (await inSlices(all, (window) => this.rpc.call(listDestinations, { window, filter: null, ids: part }, { principal: self }))).items;
    });
    return new Map(found.map((record) => [record.id, optionedView(record)]));
  }
}

const self: SystemPrincipal = { kind: 'system', service: 'gateway' };

/** Certificates in one question: each may be in many places, and the answer has to fit into a message. */
const partLength = 200;

type Link<T> = readonly [certificateId: number, object: T];

function linked(records: readonly Parameters<typeof optionedView>[0][], links: readonly Link<number>[]): Link<DestinationView>[] {
  const views = new Map(records.map((record) => [record.id, optionedView(record)]));
  return links.flatMap(([certificateId, id]) => {
    const view = views.get(id);
    return view === undefined ? [] : [[certificateId, view] as const];
  });
}

function grouped<T>(links: readonly Link<T>[]): ByCertificate<T> {
  const groups = new Map<number, T[]>();
  for (const [certificateId, object] of links) {
    const group = groups.get(certificateId);
    if (group === undefined) groups.set(certificateId, [object]);
    else group.push(object);
  }
  return groups;
}
