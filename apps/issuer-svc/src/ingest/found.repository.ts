import { Injectable } from '@nestjs/common';
import { AppError } from '@sifaka/kernel';
import { Database, type Sql } from '@sifaka/database';
import { nextFreeName } from '@sifaka/pki';
import { countedNamesSql, reserveSql } from '../certificate/insert-certificates.sql.js';
import { issuerChars } from '../certificate/new-certificate.js';
import type { FoundCertificate } from './found-certificate.js';
import { fillSql, insertFoundSql, knownSql } from './ingest.sql.js';

export interface Known {
  id: number;
  lacksExternalId: boolean;
}

/** A certificate on its way into the inventory, by fingerprint; `chainId` null for none. */
export interface Newcomer {
  found: FoundCertificate;
  chainId: number | null;
}

export type Stored = { found: FoundCertificate; id: number; name: string };

/** Whose they are, where there is nobody else. */
export interface Holder {
  /** 0: met at an endpoint that no source reports. It must not be null: that is what makes a found certificate one of a kind. */
  sourceId: number;
  owner: string;
  ownerRoleId: number;
}

/** SQL of certificates that were found. */
@Injectable()
export class FoundRepository {
  constructor(private readonly database: Database) {}

  /** By fingerprint, hex. */
  async known(fingerprints: readonly string[], sql: Sql = this.database): Promise<Map<string, Known>> {
    if (fingerprints.length === 0) return new Map();
    const values = [fingerprints.map((fingerprint) => Buffer.from(fingerprint, 'hex'))];
    const rows = await sql.query<Known & { fingerprint: string }>({ name: 'found-known', text: knownSql, values });
    return new Map(rows.map(({ fingerprint, ...known }) => [fingerprint, known]));
  }

  async fillExternalIds(externalIds: ReadonlyMap<number, string>): Promise<void> {
    if (externalIds.size === 0) return;
    await this.database.query({ name: 'found-fill', text: fillSql, values: [[...externalIds.keys()], [...externalIds.values()]] });
  }

  /** A lost deadlock begins again: calls with the same certificates may meet in one. */
  transaction<T>(work: (tx: Sql) => Promise<T>): Promise<T> {
    return this.database.transaction(work, { retries: 3 });
  }

  /** Those that were new, and by fingerprint those that somebody else brought meanwhile. */
  async insert(tx: Sql, newcomers: readonly Newcomer[], holder: Holder, at: Date): Promise<{ stored: Stored[]; known: Map<string, Known> }> {
    const stored: Stored[] = [];
    const known = new Map<string, Known>();
    let open = newcomers;
    for (let attempt = 0; open.length > 0; attempt += 1) {
      if (attempt === maxAttempts) throw new AppError('conflict', 'too many certificates of the same name are made at once; try again', { reason: 'certificate.name_busy' });
      // What gathers beside the trigram indexes is put into them by whoever fills it up: with room to sort, in one go.
      await tx.query({ name: 'found-room', text: "select set_config('work_mem', '64MB', true)" });
      const named = await this.reserve(tx, open);
      const ids = await this.write(tx, named, holder, at);
      stored.push(...named.filter(({ id }) => ids.has(id)));
      const lost = named.filter(({ id }) => !ids.has(id));
      for (const [fingerprint, row] of await this.known(lost.map(fingerprintOf), tx)) known.set(fingerprint, row);
      // Who is not known lost a race for a name, and gets the next one.
      open = lost.filter((newcomer) => !known.has(fingerprintOf(newcomer)));
    }
    return { stored, known };
  }

  private async reserve(tx: Sql, newcomers: readonly Newcomer[]): Promise<Named[]> {
    const bases = newcomers.map(({ found }) => found.base);
    const [reserved] = await tx.query<{ ids: number[]; taken: string[] }>({ name: 'certificate-reserve', text: reserveSql, values: [newcomers.length, bases] });
    const taken = new Set(reserved?.taken);
    const blocked = newcomers.filter(({ found }) => taken.has(found.base));
    if (blocked.length > 0) {
      const patterns = blocked.map(({ found: { base, facts } }) => `${escapeLike(`${base}-${facts.serialHex}`)}%`);
      for (const { name } of await tx.query<{ name: string }>({ name: 'certificate-counted-names', text: countedNamesSql, values: [patterns] })) taken.add(name);
    }
    return newcomers.map((newcomer, index) => {
      const { base, facts } = newcomer.found;
      const name = taken.has(base) ? nextFreeName(base, facts.serialHex, taken) : base;
      taken.add(name);
      return { ...newcomer, id: reserved?.ids[index] ?? 0, name };
    });
  }

  private async write(tx: Sql, named: readonly Named[], { sourceId, owner, ownerRoleId }: Holder, at: Date): Promise<Set<number>> {
    const bytes = new Bytes();
    const rows = JSON.stringify(named.map((newcomer) => rowOf(newcomer, bytes)));
    const domains = JSON.stringify(named.flatMap(({ id, found }) => found.columns.domains.map((name, position) => ({ certificate_id: id, name, position }))));
    const values = [rows, bytes.whole(), domains, owner, ownerRoleId, sourceId, at];
    const stored = await tx.query<{ id: number }>({ name: 'found-insert', text: insertFoundSql, values });
    return new Set(stored.map(({ id }) => id));
  }
}

type Named = Newcomer & { id: number; name: string };

const fingerprintOf = ({ found }: { found: FoundCertificate }): string => found.facts.fingerprintSha256;

/** Everybody who loses a race for a name finds the next one free within a few rounds. */
const maxAttempts = 10;

/** Pieces in one buffer; places count from 1, as in SQL. */
class Bytes {
  private readonly pieces: Buffer[] = [];
  private size = 0;

  add(piece: Buffer): number {
    this.pieces.push(piece);
    this.size += piece.length;
    return this.size - piece.length + 1;
  }

  whole(): Buffer {
    return Buffer.concat(this.pieces, this.size);
  }
}

function rowOf({ found, chainId, id, name }: Named, bytes: Bytes) {
  const { facts, columns, externalId, description } = found;
  return {
    id,
    name,
    external_id: externalId,
    description,
    chain_id: chainId,
    issuer: columns.issuer.slice(0, issuerChars),
    cn: facts.cn,
    serial: facts.serial.toString(),
    serial_hex: facts.serialHex,
    signing_algorithm: columns.hash,
    key_type: facts.keyType,
    bits: facts.bits,
    san: columns.domains.length > 1,
    not_before: facts.notBefore,
    not_after: facts.notAfter,
    distinguished_name: columns.distinguishedName,
    country: columns.country,
    state: columns.state,
    location: columns.location,
    organization: columns.organization,
    organizational_unit: columns.organizationalUnit,
    der_start: bytes.add(facts.der),
    der_size: facts.der.length,
    fingerprint_start: bytes.add(Buffer.from(facts.fingerprintSha256, 'hex')),
  };
}

const escapeLike = (text: string): string => text.replace(/[\\%_]/g, '\\$&');
