import { Controller, Module } from '@nestjs/common';
import { defineConfig } from '@sifaka/config';
import {
  cleanSource,
  checkEndpoint,
  checkServed,
  createEndpoint,
  createSource,
  deleteEndpoint,
  deleteSource,
  ensureSource,
  findEndpoints,
  findSightings,
  getEndpoint,
  getSource,
  listEndpoints,
  listFindings,
  listServicePlugins,
  listSources,
  listSyncRuns,
  syncSource,
  testSource,
  trySource,
  updateEndpoint,
  updateSource,
  type EndpointRecord,
  type InputOf,
  type OutputOf,
  type SourceRecord,
  type SyncRunRecord,
} from '@sifaka/contracts';
import { platformTables } from '@sifaka/database';
import { AppError } from '@sifaka/kernel';
import { Handles, type CallContext } from '@sifaka/messaging';
import { defineService } from '@sifaka/runtime';
import { anEndpointRecord, aSourceRecord, at } from './records.js';

/** What discovery-svc was asked, and what it keeps. */
export const discoveryWorld = {
  sources: new Map<number, SourceRecord>(),
  endpoints: new Map<number, EndpointRecord>(),
  sightings: new Array<{ certificateId: number; sourceId: number }>(),
  served: new Array<OutputOf<typeof checkServed>['endpoints'][number]>(),
  inputs: new Array<unknown>(),
  /** Refuses to make the source of a destination, with these words. */
  ensureRefusal: null as string | null,
  /** Names of the roles of the endpoints' owners, which alone may change them. */
  mayEdit: (_call: CallContext): boolean => true,
};

const counts = { certificatesFound: 0, certificatesNew: 0, certificatesLinked: 0, certificatesUnlinked: 0, certificatesRefused: 0, endpointsFound: 0, endpointsNew: 0, endpointsChanged: 0, endpointsExpired: 0, endpointsSkipped: 0, faults: 0 };
export const aRun: SyncRunRecord = { id: 71, sourceId: 1, state: 'queued', trigger: 'request', counts, error: null, resumptions: 0, requestedAt: at, startedAt: null, finishedAt: null };
let last = 0;

const listed = <T>(items: T[]) => ({ items, total: items.length, nextCursor: null });

@Controller()
class SourceStandIn {
  @Handles(createSource)
  create(input: InputOf<typeof createSource>) {
    discoveryWorld.inputs.push(input);
    const { label, description, active, schedule = '5 */3 * * *', owner } = input;
    if ([...discoveryWorld.sources.values()].some((source) => source.label === label)) throw new AppError('already_exists', `there is a source "${label}" already`);
    const record = aSourceRecord({ id: (last += 1), label, description, active, schedule, owner });
    discoveryWorld.sources.set(record.id, record);
    return record;
  }

  @Handles(updateSource)
  update(input: InputOf<typeof updateSource>) {
    discoveryWorld.inputs.push(input);
    return this.get(input);
  }

  @Handles(ensureSource)
  ensure(input: InputOf<typeof ensureSource>) {
    discoveryWorld.inputs.push(input);
    if (discoveryWorld.ensureRefusal !== null) throw new AppError('already_exists', discoveryWorld.ensureRefusal);
    return { sourceId: input.isDryRun ? null : 1 };
  }

  @Handles(deleteSource)
  delete({ id }: InputOf<typeof deleteSource>) {
    return { isDeleted: discoveryWorld.sources.delete(id) };
  }

  @Handles(listSources)
  list(input: InputOf<typeof listSources>) {
    discoveryWorld.inputs.push(input);
    return listed([...discoveryWorld.sources.values()]);
  }

  @Handles(getSource)
  get({ id }: { id: number }) {
    const record = discoveryWorld.sources.get(id);
    if (record === undefined) throw new AppError('not_found', `source ${id} does not exist`);
    return record;
  }

  @Handles(findSightings)
  find({ certificateIds }: InputOf<typeof findSightings>) {
    discoveryWorld.inputs.push({ sightingsOf: certificateIds });
    const sightings = discoveryWorld.sightings.filter(({ certificateId }) => certificateIds.includes(certificateId));
    return { sources: [...discoveryWorld.sources.values()], sightings };
  }

  @Handles(testSource)
  test({ id }: InputOf<typeof testSource>) {
    this.get({ id });
    return { isWorking: true, detail: 'fine', durationMs: 1 };
  }

  @Handles(trySource)
  tryUnsaved(input: InputOf<typeof trySource>) {
    discoveryWorld.inputs.push(input);
    return { isWorking: false, detail: 'no', durationMs: 1 };
  }

  @Handles(cleanSource)
  clean(input: InputOf<typeof cleanSource>) {
    discoveryWorld.inputs.push(input);
    const { label } = this.get(input);
    return { source: { id: input.id, label }, isDryRun: input.isDryRun, reasonNot: null, certificates: [], total: 0 };
  }

  @Handles(syncSource)
  sync({ id }: InputOf<typeof syncSource>) {
    this.get({ id });
    return { ...aRun, sourceId: id };
  }

  @Handles(listSyncRuns)
  runs({ sourceId }: InputOf<typeof listSyncRuns>) {
    this.get({ id: sourceId });
    return listed([{ ...aRun, sourceId }]);
  }

  @Handles(listFindings)
  findings({ sourceId, runId }: InputOf<typeof listFindings>) {
    this.get({ id: sourceId });
    if (runId !== aRun.id) throw new AppError('not_found', `run ${runId} does not exist`);
    return listed([{ id: 1, kind: 'certificate' as const, what: 'broken.pem', reason: 'is no certificate', at }]);
  }

  @Handles(listServicePlugins.discovery)
  plugins(): OutputOf<typeof listServicePlugins.discovery> {
    const plugin = { slug: 'network-source', title: 'Network', description: 'TLS endpoints', pluginOptions: [], kind: 'source' as const };
    return { plugins: [{ ...plugin, isEnabled: true, disabledReason: null, requiresKey: null }] };
  }
}

@Controller()
class EndpointStandIn {
  @Handles(createEndpoint)
  create(input: InputOf<typeof createEndpoint>) {
    discoveryWorld.inputs.push(input);
    const { ownerRoleId: _role, ...settings } = input;
    const record = anEndpointRecord({ id: (last += 1), ...settings });
    discoveryWorld.endpoints.set(record.id, record);
    return record;
  }

  @Handles(updateEndpoint)
  update(input: InputOf<typeof updateEndpoint>, call: CallContext) {
    discoveryWorld.inputs.push(input);
    if (!discoveryWorld.mayEdit(call)) throw new AppError('permission_denied', `endpoint ${input.id} is not yours`);
    return this.get(input);
  }

  @Handles(deleteEndpoint)
  delete({ id }: InputOf<typeof deleteEndpoint>) {
    return { isDeleted: discoveryWorld.endpoints.delete(id) };
  }

  @Handles(listEndpoints)
  list(input: InputOf<typeof listEndpoints>) {
    discoveryWorld.inputs.push(input);
    return listed([...discoveryWorld.endpoints.values()]);
  }

  @Handles(getEndpoint)
  get({ id }: { id: number }) {
    const record = discoveryWorld.endpoints.get(id);
    if (record === undefined) throw new AppError('not_found', `endpoint ${id} does not exist`);
    return record;
  }

  @Handles(checkEndpoint)
  check({ id }: InputOf<typeof checkEndpoint>) {
    const record = this.get({ id });
    if (record.port === 1) throw new AppError('upstream_failed', `${record.dnsname}:1 refuses connections`);
    return record;
  }

  @Handles(findEndpoints)
  find({ certificateIds }: InputOf<typeof findEndpoints>) {
    discoveryWorld.inputs.push({ endpointsOf: certificateIds });
    const links = [...discoveryWorld.endpoints.values()].flatMap((endpoint) => endpoint.certificates.map(({ certificateId }) => ({ certificateId, endpoint })));
    const found = links.filter(({ certificateId }) => certificateIds.includes(certificateId));
    return { endpoints: found.map(({ certificateId, endpoint: { id, name, dnsname, port, owner, type, active } }) => ({ certificateId, id, name, dnsname, port, owner, type, active })) };
  }

  @Handles(checkServed)
  served({ certificateIds }: InputOf<typeof checkServed>) {
    discoveryWorld.inputs.push({ servedOf: certificateIds });
    return { endpoints: discoveryWorld.served.filter(({ certificateId }) => certificateIds.includes(certificateId)) };
  }
}

@Module({ controllers: [SourceStandIn, EndpointStandIn] })
class DiscoveryStandInModule {}

export const discoveryStandIn = defineService({ name: 'discovery', config: defineConfig('discovery', {}), migrations: platformTables('discovery'), module: () => DiscoveryStandInModule });
