import { Injectable } from '@nestjs/common';
import type { FoundEndpoint, Source } from '@sifaka/plugin-sdk';
import { AppError } from '@sifaka/kernel';
import { SourcePlugins } from '../source/source-plugins.js';
import { SourceRepository } from '../source/source.repository.js';
import { reportedOf, stagedOf } from '../sync/endpoint-shape.js';
import { SightingRepository, type CertificateRef } from '../sync/sighting.repository.js';
import { EndpointIdentities } from './endpoint-identities.js';
import type { EndpointRow, PresentedCertificate } from './endpoint-row.js';
import type { OfferedPolicy } from './policy.repository.js';
import { withinTime } from './within-time.js';

/** Below what a caller waits for. */
const askLimitMs = 20_000;

/** Reason of the fault that says so: others are not found, too, that say nothing of an endpoint. */
export const endpointGone = 'endpoint.gone';

/** What a source says of an endpoint. */
export interface SeenThere {
  certificates: PresentedCertificate[];
  /** It presents these too, which nobody has found in that source. */
  unknown: CertificateRef[];
  policy: OfferedPolicy | null;
}

/** Asks the source of an endpoint what it presents now. */
@Injectable()
export class SeenBySource {
  constructor(
    private readonly sources: SourceRepository,
    private readonly plugins: SourcePlugins,
    private readonly sightings: SightingRepository,
    private readonly identities: EndpointIdentities,
  ) {}

  /** Undefined where there is no source, or it cannot tell. @throws AppError of the source; `not_found`, reason `endpoint.gone`, for an endpoint that is gone there */
  async of(row: EndpointRow, timeoutMs = askLimitMs): Promise<SeenThere | undefined> {
    const plugin = await this.pluginOf(row);
    if (plugin?.endpoint === undefined) return undefined;
    const found = await withinTime(plugin.endpoint(foundOf(row)), `asking source "${row.source_label ?? ''}" about ${row.name}`, timeoutMs);
    if (found === null) throw new AppError('not_found', `source "${row.source_label ?? ''}" does not know ${row.name} (${row.dnsname}:${row.port}) any more`, { reason: endpointGone });
    const staged = stagedOf(found, await this.certificateIds(row, found), []);
    const { certificates, policy } = reportedOf(staged);
    return { certificates, unknown: staged.certificates.filter(({ certificateId }) => certificateId === null), policy };
  }

  /** @returns its plugin; undefined for an endpoint without a source */
  async pluginOf({ source_id: id }: EndpointRow): Promise<Source | undefined> {
    const source = id === null ? undefined : await this.sources.byId(id);
    return source === undefined ? undefined : this.plugins.of(source);
  }

  private async certificateIds(row: EndpointRow, { certificates }: FoundEndpoint): Promise<(number | null)[]> {
    const byName = await this.sightings.resolve(row.source_id ?? 0, certificates);
    return Promise.all(
      certificates.map(async ({ certificateDer, chainDer }, index) => (certificateDer === null ? (byName[index] ?? null) : (await this.identities.of(row, certificateDer, chainDer)).certificateId)),
    );
  }
}

/** An endpoint as its source reported it. */
export const foundOf = (row: EndpointRow): FoundEndpoint => ({
  name: row.name,
  dnsName: row.dnsname,
  port: row.port,
  type: row.type,
  externalId: row.external_id,
  aliases: row.aliases,
  certificates: row.certificates.map(({ name, externalId, isDefault }) => ({ name, externalId, isDefault, certificateDer: null, chainDer: [] })),
  policy: null,
  registryType: row.registry_type,
  certificatePath: row.certificate_path,
  store: row.store,
  serverName: row.server_name,
  startTls: row.start_tls,
  scope: row.scope,
});
