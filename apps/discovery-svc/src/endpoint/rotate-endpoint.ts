import { Injectable } from '@nestjs/common';
import type { confirmEndpoint, InputOf, OutputOf, pointEndpoint, removeFromSource } from '@sifaka/contracts';
import { Database } from '@sifaka/database';
import { AppError } from '@sifaka/kernel';
import { Outbox } from '@sifaka/messaging';
import { SourcePlugins } from '../source/source-plugins.js';
import { noSuchSource, SourceRepository } from '../source/source.repository.js';
import { SightingRepository } from '../sync/sighting.repository.js';
import { EndpointEvents } from './endpoint-events.js';
import type { EndpointRow, PresentedCertificate } from './endpoint-row.js';
import { EndpointWriter } from './endpoint-writer.js';
import { EndpointRepository, noSuchEndpoint } from './endpoint.repository.js';
import { foundOf } from './seen-by-source.js';
import { withinTime } from './within-time.js';

/** Below what the caller waits for. */
const changeLimitMs = 55_000;

/** Where rotations change what is presented: the source does it, its plugin knows how. */
@Injectable()
export class PointEndpoint {
  constructor(
    private readonly endpoints: EndpointRepository,
    private readonly sources: SourceRepository,
    private readonly plugins: SourcePlugins,
    private readonly sightings: SightingRepository,
  ) {}

  async run({ id, from, to }: InputOf<typeof pointEndpoint>): Promise<{ id: number }> {
    const row = await this.endpoints.byId(id);
    if (row === undefined) throw noSuchEndpoint(id);
    const source = row.source_id === null ? undefined : await this.sources.byId(row.source_id);
    if (source === undefined) throw cannot(`endpoint "${row.name}" has no source that could change it`);
    const plugin = await this.plugins.of(source);
    if (plugin.updateEndpoint === undefined) throw cannot(`the plugin of source "${source.label}" does not change what endpoints present`);
    // By this it is known again there, before a run finds it.
    await this.sightings.storeName(source.id, to.certificateId, to);
    const stored = ({ name, externalId, fingerprint }: typeof from) => ({ name, externalId, fingerprint });
    await withinTime(plugin.updateEndpoint(foundOf(row), { from: stored(from), to: stored(to) }), `pointing ${row.name} at another certificate`, changeLimitMs);
    return { id };
  }

  async remove({ sourceId, certificate }: InputOf<typeof removeFromSource>): Promise<OutputOf<typeof removeFromSource>> {
    const source = await this.sources.byId(sourceId);
    if (source === undefined) throw noSuchSource(sourceId);
    const plugin = await this.plugins.of(source);
    if (plugin.remove === undefined) return { isRemoved: false };
    const { name, externalId, fingerprint } = certificate;
    await withinTime(plugin.remove({ name, externalId, fingerprint }), `removing certificate ${name} from source "${source.label}"`, changeLimitMs);
    return { isRemoved: true };
  }
}

/** Keeps what a rotation has come to. */
@Injectable()
export class ConfirmEndpoint {
  constructor(
    private readonly database: Database,
    private readonly endpoints: EndpointRepository,
    private readonly writer: EndpointWriter,
    private readonly sightings: SightingRepository,
    private readonly events: EndpointEvents,
    private readonly outbox: Outbox,
  ) {}

  async run({ id, fromCertificateId: from, toCertificateId: to }: InputOf<typeof confirmEndpoint>): Promise<{ id: number }> {
    await this.database.transaction(async (tx) => {
      const row = await this.endpoints.lock(tx, id);
      if (row === undefined) throw noSuchEndpoint(id);
      const names = row.source_id === null ? null : await this.sightings.namesOf(row.source_id, to);
      const certificates = replaced(row, from, { certificateId: to, name: names?.name ?? null, externalId: names?.externalId ?? null });
      await this.endpoints.noteConfirmed(tx, id);
      if (row.expected_certificate_id !== null && row.expected_certificate_id === from) await tx.query('update endpoint set expected_certificate_id = $2 where id = $1', [id, to]);
      if (JSON.stringify(certificates) === JSON.stringify(row.certificates)) return;
      await this.writer.setCertificates(tx, id, certificates);
      await this.outbox.append(tx, [this.events.updated({ ...row, certificates })]);
    });
    return { id };
  }
}

/** The new one where the old one was; one that is there already takes the better place. */
function replaced({ certificates }: EndpointRow, from: number | null, to: Omit<PresentedCertificate, 'isDefault'>): PresentedCertificate[] {
  const old = certificates.find(({ certificateId, isDefault }) => (from === null ? isDefault : certificateId === from));
  const known = certificates.find(({ certificateId }) => certificateId === to.certificateId);
  if (old === undefined && known !== undefined) return [...certificates];
  const made = { ...to, name: to.name ?? known?.name ?? null, externalId: to.externalId ?? known?.externalId ?? null, isDefault: old?.isDefault ?? certificates.every(({ isDefault }) => !isDefault) };
  if (old === undefined) return made.isDefault ? [made, ...certificates] : [...certificates, made];
  return certificates.filter(({ certificateId }) => certificateId !== to.certificateId || certificateId === old.certificateId).map((each) => (each === old ? made : each));
}

const cannot = (message: string): AppError => new AppError('failed_precondition', message, { reason: 'endpoint.not_rotatable' });
