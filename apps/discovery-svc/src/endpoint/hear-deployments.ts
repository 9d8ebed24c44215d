import { Injectable } from '@nestjs/common';
import { deploymentSucceeded, destinationDeleted, type EventDataOf } from '@sifaka/contracts';
import { Database, type Sql } from '@sifaka/database';
import { OnEvent, Outbox, type CloudEvent, type NewEvent } from '@sifaka/messaging';
import { dnsNameOf } from '../sync/endpoint-shape.js';
import { SightingRepository } from '../sync/sighting.repository.js';
import { EndpointEvents } from './endpoint-events.js';
import type { EndpointFacts, EndpointRow } from './endpoint-row.js';
import { EndpointWriter, isSame } from './endpoint-writer.js';
import { EndpointRepository } from './endpoint.repository.js';

type Deployed = EventDataOf<typeof deploymentSucceeded>;
type Proof = Deployed['proofs'][number];

/** Endpoints that destinations serve from: where a deployment was seen to be served, an endpoint is. */
@Injectable()
export class HearDeployments {
  constructor(
    private readonly database: Database,
    private readonly endpoints: EndpointRepository,
    private readonly writer: EndpointWriter,
    private readonly sightings: SightingRepository,
    private readonly events: EndpointEvents,
    private readonly outbox: Outbox,
  ) {}

  @OnEvent(deploymentSucceeded, { durable: 'deployed-endpoints', isIdempotent: true })
  async deployed(deployment: Deployed, { time }: CloudEvent): Promise<void> {
    const served = deployment.proofs.filter(({ isServed }) => isServed);
    if (served.length === 0) return;
    await this.database.transaction(async (tx) => {
      await this.sightings.remember(tx, new Map([[deployment.fingerprintSha256.toLowerCase(), deployment.certificateId]]));
      for (const proof of served) await this.outbox.append(tx, await this.serve(tx, deployment, proof, new Date(time)));
    });
  }

  @OnEvent(destinationDeleted, { durable: 'forgotten-destinations', isIdempotent: true })
  async forgotten({ id }: EventDataOf<typeof destinationDeleted>): Promise<void> {
    await this.database.transaction(async (tx) => {
      const gone = await this.endpoints.forgetDestination(tx, id);
      await this.outbox.append(tx, gone.map((row) => this.events.deleted(row)));
    });
  }

  /** Known by its host; by the name that it was asked with where another one has that host and port. */
  private async serve(tx: Sql, { destinationId, destinationLabel, plugin, certificateId }: Deployed, proof: Proof, seenAt: Date): Promise<NewEvent[]> {
    const address = dnsNameOf(proof.host);
    const serverName = proof.serverName === null ? null : dnsNameOf(proof.serverName);
    const names = [...new Set([address, ...(serverName === null ? [] : [serverName])])];
    const known = await this.endpoints.servedFrom(tx, destinationId, { address, names, port: proof.port, serverName });
    const own = known.find((row) => isOwn(row, destinationId, address, serverName)) ?? known.find((row) => isFree(row, destinationId, address, serverName));
    const certificates = [{ certificateId, isDefault: true, name: null, externalId: null }];
    if (own !== undefined) return this.refresh(tx, own, { destination_id: own.destination_id ?? destinationId, certificates }, seenAt);
    const dnsname = names.find((name) => known.every((row) => row.dnsname !== name));
    // Somebody else is known by all of its names: that one is looked at.
    if (dnsname === undefined) return [];
    const facts = { ...nothing, destination_id: destinationId, address: dnsname === address ? null : address, server_name: serverName, start_tls: proof.startTls, certificates };
    const endpoint = { ...facts, name: `${destinationLabel} ${serverName ?? address}`.slice(0, 128), dnsname, port: proof.port, type: plugin };
    const [id] = await this.writer.insert(tx, [endpoint], true);
    if (id === undefined) return [];
    await this.endpoints.noteConfirmed(tx, id, seenAt);
    return [this.events.created({ id, ...endpoint })];
  }

  private async refresh(tx: Sql, row: EndpointRow, now: Pick<EndpointFacts, 'destination_id' | 'certificates'>, seenAt: Date): Promise<NewEvent[]> {
    // Heard late: something newer was said.
    if (row.confirmed_at !== null && row.confirmed_at > seenAt) return [];
    // What its source calls them stays for as long as they are the same.
    const certificates = row.certificates.some(({ certificateId }) => certificateId === now.certificates[0]?.certificateId) ? row.certificates : [...now.certificates, ...row.certificates.filter(({ isDefault }) => !isDefault)];
    const facts: EndpointFacts = { ...row, ...now, certificates };
    await this.endpoints.noteConfirmed(tx, row.id, seenAt);
    if (isSame({ ...row, missing_since: null }, facts)) return [];
    await this.writer.update(tx, [{ id: row.id, facts }]);
    return [this.events.updated({ ...row, ...facts })];
  }
}

const isOwn = (row: EndpointRow, destinationId: number, address: string, serverName: string | null): boolean =>
  row.destination_id === destinationId && (row.address ?? row.dnsname) === address && row.server_name === serverName;

/** Nobody's destination serves it yet, and it is asked in the same way. */
const isFree = (row: EndpointRow, destinationId: number, address: string, serverName: string | null): boolean =>
  (row.destination_id === null || (row.destination_id === destinationId && row.is_manual)) && (row.address ?? row.dnsname) === address && (row.server_name === null || serverName === null || row.server_name === serverName);

const nothing: EndpointFacts = {
  source_id: null,
  destination_id: null,
  address: null,
  server_name: null,
  start_tls: null,
  external_id: null,
  store: null,
  scope: '',
  certificate_path: null,
  registry_type: null,
  policy_id: null,
  issues: [],
  certificates: [],
  aliases: [],
};
