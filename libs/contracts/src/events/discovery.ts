import { z } from 'zod';
import { event } from '../contract.js';
import { SyncCounts, SyncState } from '../rpc/source.js';
import { Id } from '../values.js';

/** Never an option: credentials are among them. */
const SourceFacts = z.object({ id: Id, label: z.string(), description: z.string(), plugin: z.string() });

export const sourceCreated = event('sifaka.v1.source.created', { source: 'discovery', summary: 'A source was created.', data: SourceFacts });
export const sourceUpdated = event('sifaka.v1.source.updated', { source: 'discovery', summary: 'A source was changed.', data: SourceFacts });
export const sourceDeleted = event('sifaka.v1.source.deleted', { source: 'discovery', summary: 'A source was deleted.', data: SourceFacts });
export const sourceSynchronized = event('sifaka.v1.source.synchronized', {
  source: 'discovery',
  summary: 'A run over a source ended, well or not.',
  data: z.object({ sourceId: Id, label: z.string(), runId: Id, state: SyncState, counts: SyncCounts, error: z.string().nullable() }),
});

/** At most so many ids in one event; a run that finds more says it in several. */
export const sightingCount = 500;
const Sightings = z.object({ sourceId: Id, label: z.string(), certificateIds: z.array(Id).min(1).max(sightingCount) });

export const certificatesSighted = event('sifaka.v1.certificate.sighted', {
  source: 'discovery',
  summary: 'Certificates of the inventory were found in a source that had not reported them before.',
  data: Sightings,
});
export const certificatesMissed = event('sifaka.v1.certificate.missed', {
  source: 'discovery',
  summary: 'Certificates are not in a source any more that had reported them; or the source was deleted.',
  data: Sightings.extend({
    /** The source was deleted, which says nothing about where the certificates are. */
    isSourceDeleted: z.boolean().default(false),
  }),
});

const EndpointFacts = z.object({
  id: Id,
  name: z.string(),
  dnsname: z.string(),
  port: z.int(),
  type: z.string(),
  sourceId: Id.nullable(),
  destinationId: Id.nullable(),
  /** All that it presents. */
  certificateIds: z.array(Id),
});

export const endpointCreated = event('sifaka.v1.endpoint.created', { source: 'discovery', summary: 'An endpoint was found, or made by hand.', data: EndpointFacts });
export const endpointUpdated = event('sifaka.v1.endpoint.updated', {
  source: 'discovery',
  summary: 'An endpoint presents other certificates, or is known otherwise than before.',
  data: EndpointFacts,
});
export const endpointDeleted = event('sifaka.v1.endpoint.deleted', { source: 'discovery', summary: 'An endpoint is gone.', data: EndpointFacts });

export const discoveryEvents = [
  sourceCreated,
  sourceUpdated,
  sourceDeleted,
  sourceSynchronized,
  certificatesSighted,
  certificatesMissed,
  endpointCreated,
  endpointUpdated,
  endpointDeleted,
] as const;
