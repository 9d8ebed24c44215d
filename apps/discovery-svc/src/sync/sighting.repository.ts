import { Injectable } from '@nestjs/common';
import { Database, type Sql } from '@sifaka/database';

/** A certificate at one place of a source. */
export interface NewSighting {
  certificateId: number;
  fingerprint: string;
  place: string;
  scope: string;
  externalId: string | null;
  name: string | null;
}

export interface KnownSighting {
  id: number;
  certificate_id: number;
  fingerprint: string;
  place: string;
  is_settled: boolean;
}

/** What an endpoint calls a certificate. */
export interface CertificateRef {
  name: string | null;
  externalId: string | null;
}

@Injectable()
export class SightingRepository {
  constructor(private readonly database: Database) {}

  ofCertificates(certificateIds: readonly number[]): Promise<{ certificateId: number; sourceId: number }[]> {
    const text = 'select distinct certificate_id as "certificateId", source_id as "sourceId" from sighting where certificate_id = any($1::int[]) order by 1, 2';
    return this.database.query({ name: 'sightings-of-certificates', text, values: [certificateIds] });
  }

  known(sourceId: number, fingerprints: readonly string[]): Promise<KnownSighting[]> {
    const text = 'select id, certificate_id, fingerprint, place, settled_at is not null as is_settled from sighting where source_id = $1 and fingerprint = any($2::text[])';
    return this.database.query<KnownSighting>({ name: 'sightings-known', text, values: [sourceId, fingerprints] });
  }

  /** Inventory ids of certificates that were met before, by fingerprint. */
  async identities(fingerprints: readonly string[]): Promise<Map<string, number>> {
    if (fingerprints.length === 0) return new Map();
    const text = 'select fingerprint, certificate_id from certificate_identity where fingerprint = any($1::text[])';
    const rows = await this.database.query<{ fingerprint: string; certificate_id: number }>({ name: 'identities', text, values: [fingerprints] });
    return new Map(rows.map((row) => [row.fingerprint, row.certificate_id]));
  }

  async remember(tx: Sql, identities: ReadonlyMap<string, number>): Promise<void> {
    if (identities.size === 0) return;
    const text = 'insert into certificate_identity (fingerprint, certificate_id) select * from unnest($1::text[], $2::int[]) order by 1 on conflict do nothing';
    await tx.query({ name: 'identity-add', text, values: [[...identities.keys()], [...identities.values()]] });
  }

  /** @returns ids of the rows, and the certificates that the source had at no place before */
  async add(tx: Sql, sourceId: number, sightings: readonly NewSighting[]): Promise<{ ids: number[]; linked: number[] }> {
    if (sightings.length === 0) return { ids: [], linked: [] };
    const certificateIds = [...new Set(sightings.map(({ certificateId }) => certificateId))];
    const before = await tx.query<{ id: number }>(
      { name: 'sightings-before', text: 'select distinct certificate_id as id from sighting where source_id = $1 and certificate_id = any($2::int[])', values: [sourceId, certificateIds] },
    );
    const had = new Set(before.map(({ id }) => id));
    const rows = await tx.query<{ id: number }>({
      name: 'sighting-add',
      text: `insert into sighting (source_id, certificate_id, fingerprint, place, scope, external_id, name)
        select $1, * from unnest($2::int[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[])
        on conflict on constraint sighting_unique do nothing returning id`,
      values: [
        sourceId,
        sightings.map(({ certificateId }) => certificateId),
        sightings.map(({ fingerprint }) => fingerprint),
        sightings.map(({ place }) => place),
        sightings.map(({ scope }) => scope),
        sightings.map(({ externalId }) => externalId),
        sightings.map(({ name }) => name),
      ],
    });
    return { ids: rows.map(({ id }) => id), linked: certificateIds.filter((id) => !had.has(id)) };
  }

  /** Not there any more, and over: that is not asked again. */
  async settle(tx: Sql, ids: readonly number[]): Promise<void> {
    if (ids.length > 0) await tx.query('update sighting set settled_at = now() where id = any($1::int[]) and settled_at is null', [ids]);
  }

  /** There again. */
  async unsettle(tx: Sql, ids: readonly number[]): Promise<void> {
    if (ids.length > 0) await tx.query('update sighting set settled_at = null where id = any($1::int[])', [ids]);
  }

  /** Those that a run did not see though it looked, and that were not settled before, in the order of their ids. */
  async unseen(sourceId: number, runId: number, hiddenScopes: readonly string[]): Promise<number[]> {
    // `except` is hashed or sorted whatever the planner believes of the arrays; `not exists` over them compares each with each.
    const rows = await this.database.query<{ id: number }>(
      `select id from sighting where source_id = $1 and settled_at is null and not (scope = any($3::text[]))
       except select unnest(sighting_ids) from sync_progress where run_id = $2 order by id`,
      [sourceId, runId, hiddenScopes],
    );
    return rows.map(({ id }) => id);
  }

  certificatesOf(ids: readonly number[]): Promise<{ id: number; certificate_id: number }[]> {
    return this.database.query('select id, certificate_id from sighting where id = any($1::int[]) order by id', [ids]);
  }

  /** @returns certificates that the source has at no place any more */
  async remove(tx: Sql, sourceId: number, ids: readonly number[]): Promise<number[]> {
    const gone = await tx.query<{ id: number }>('delete from sighting where source_id = $1 and id = any($2::int[]) returning certificate_id as id', [sourceId, ids]);
    const certificateIds = [...new Set(gone.map(({ id }) => id))];
    const left = await tx.query<{ id: number }>('select distinct certificate_id as id from sighting where source_id = $1 and certificate_id = any($2::int[])', [sourceId, certificateIds]);
    const kept = new Set(left.map(({ id }) => id));
    return certificateIds.filter((id) => !kept.has(id));
  }

  /**
   * The certificates that a source means by its own names: by external id, else by name; the last that came there, where several have it.
   *
   * @returns one answer for each, in their order
   */
  async resolve(sourceId: number, refs: readonly CertificateRef[], sql: Sql = this.database): Promise<(number | null)[]> {
    if (refs.length === 0) return [];
    const rows = await sql.query<{ at: number; certificate_id: number | null }>(
      `select r.at::int as at, coalesce(
          (select s.certificate_id from sighting s where s.source_id = $1 and md5(s.external_id) = md5(r.external_id) and s.external_id = r.external_id order by s.id desc limit 1),
          (select n.certificate_id from stored_name n where n.source_id = $1 and n.external_id = r.external_id order by n.certificate_id desc limit 1),
          (select s.certificate_id from sighting s where s.source_id = $1 and md5(s.name) = md5(r.name) and s.name = r.name order by s.id desc limit 1),
          (select n.certificate_id from stored_name n where n.source_id = $1 and n.name = r.name order by n.certificate_id desc limit 1)
        ) as certificate_id
       from unnest($2::text[], $3::text[]) with ordinality as r (external_id, name, at)`,
      [sourceId, refs.map(({ externalId }) => externalId), refs.map(({ name }) => name)],
    );
    const found = new Map(rows.map(({ at, certificate_id: id }) => [at, id]));
    return refs.map((_, index) => found.get(index + 1) ?? null);
  }

  /** Which of these parts of a source hold something that was found there. */
  async filledScopes(sourceId: number, scopes: readonly string[]): Promise<string[]> {
    if (scopes.length === 0) return [];
    const text = `select scope from unnest($2::text[]) as asked (scope) where exists (select from sighting s where s.source_id = $1 and s.scope = asked.scope)
      or exists (select from endpoint e where e.source_id = $1 and e.scope = asked.scope and e.missing_since is null)`;
    return (await this.database.query<{ scope: string }>({ name: 'scopes-filled', text, values: [sourceId, scopes] })).map(({ scope }) => scope);
  }

  /** What a source calls a certificate: for an endpoint that presents it now. */
  async namesOf(sourceId: number, certificateId: number): Promise<CertificateRef | null> {
    const [row] = await this.database.query<CertificateRef>(
      `select * from (
         (select name, external_id as "externalId" from sighting where source_id = $1 and certificate_id = $2 order by id desc limit 1)
         union all select name, external_id from stored_name where source_id = $1 and certificate_id = $2) known limit 1`,
      [sourceId, certificateId],
    );
    return row ?? null;
  }

  /** The store behind a source holds a certificate by this name, though no run has found it there yet. */
  async storeName(sourceId: number, certificateId: number, { name, externalId }: CertificateRef): Promise<void> {
    const text = `insert into stored_name (source_id, certificate_id, name, external_id) values ($1, $2, $3, $4)
      on conflict (source_id, certificate_id) do update set name = excluded.name, external_id = excluded.external_id`;
    await this.database.query(text, [sourceId, certificateId, name, externalId]);
  }

  /** Keeps what a source has that is about to be deleted, until it is told what of it still counts. */
  async orphan(tx: Sql, { id, label }: { id: number; label: string }): Promise<void> {
    const text = 'insert into orphaned_certificate (source_id, label, certificate_id) select distinct $1::int, $2, certificate_id from sighting where source_id = $1 on conflict do nothing';
    await tx.query(text, [id, label]);
  }

  orphans(limit: number): Promise<{ source_id: number; label: string; certificate_id: number }[]> {
    return this.database.query('select source_id, label, certificate_id from orphaned_certificate order by source_id, certificate_id limit $1', [limit]);
  }

  async forgetOrphans(tx: Sql, sourceId: number, certificateIds: readonly number[]): Promise<void> {
    await tx.query('delete from orphaned_certificate where source_id = $1 and certificate_id = any($2::int[])', [sourceId, certificateIds]);
  }
}
