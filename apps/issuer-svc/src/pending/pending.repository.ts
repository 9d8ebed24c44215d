import { Injectable } from '@nestjs/common';
import { AppError } from '@sifaka/kernel';
import { Database, type Sql } from '@sifaka/database';
import type { AcmeOrderTerms } from '@sifaka/plugin-sdk';
import type { CertificateFacts } from '@sifaka/pki';
import { creatorOf, customName, generatedName } from '../certificate/new-certificate.js';
import type { RepeatedRequest } from '../issuance/request-identity.js';
import type { PendingState, Requested, SettledBy, StoredPending } from './pending-certificate.js';
import * as sql from './pending.sql.js';
import type { Watch } from './watch.js';

/** What the authority said about when and by whom. */
export interface Promised {
  state: Extract<PendingState, 'asking' | 'waiting'>;
  settledBy: SettledBy;
  externalId: string | null;
  orderTerms: AcmeOrderTerms | null;
  nextTryAt: Date | null;
  /** Until when nobody else asks the issuer. */
  askingUntil: Date | null;
  until: Date;
}

/** How far it has come. */
export interface Progress {
  attempts: number;
  lastError: string | null;
  status: string | null;
  nextTryAt: Date | null;
  externalId: string | null;
}

/** SQL of pending certificates as they are decided upon; everything that decides locks the row first. */
@Injectable()
export class PendingRepository {
  constructor(private readonly database: Database) {}

  /** A lost deadlock begins again: certificates that silence the same replaced ones may meet in one. */
  transaction<T>(work: (tx: Sql) => Promise<T>): Promise<T> {
    return this.database.transaction(work, { retries: 3 });
  }

  async find(id: number): Promise<StoredPending | null> {
    const [row] = await this.database.query<StoredPending>(sql.findSql, [id]);
    return row ?? null;
  }

  /** One that people may see: neither an intent nor cancelled. @throws AppError `not_found` */
  async get(id: number): Promise<StoredPending> {
    const row = await this.find(id);
    if (row === null || isHidden(row)) throw new AppError('not_found', `there is no pending certificate ${id}`);
    return row;
  }

  async lock(tx: Sql, id: number): Promise<StoredPending | null> {
    const [row] = await tx.query<StoredPending>(sql.lockSql, [id]);
    return row ?? null;
  }

  /** Null when the request is another's already, or came too late. */
  async insert(asked: Requested, promised: Promised, via: Sql = this.database): Promise<{ id: number; name: string } | null> {
    const [row] = await via.query<{ id: number; name: string }>({ name: 'pending-insert', text: sql.insertSql, values: insertValues(asked, promised) });
    return row ?? null;
  }

  async wait(tx: Sql, id: number, { settledBy, externalId, orderTerms, until, nextTryAt }: Promised, at: Date): Promise<void> {
    await tx.query(sql.waitSql, [id, settledBy, externalId, orderTerms === null ? null : JSON.stringify(orderTerms), until, nextTryAt, at]);
  }

  /** Forgets an intent; its key is swept up unless it is the key of a certificate now. */
  async dropIntent(id: number, { releasesKey, tx }: { releasesKey: boolean; tx?: Sql }): Promise<void> {
    await (tx ?? this.database).query(sql.dropIntentSql, [id, releasesKey]);
  }

  async resolve(tx: Sql, id: number, certificateId: number, externalId: string | null, at: Date): Promise<void> {
    await tx.query(sql.resolveSql, [id, certificateId, externalId, at]);
  }

  async fail(tx: Sql, id: number, { error, attempts, watch }: { error: string; attempts: number; watch: Watch | null }, at: Date): Promise<void> {
    await tx.query(sql.failSql, [id, error, attempts, at, watch?.until ?? null, watch?.nextTryAt ?? null]);
  }

  async cancel(tx: Sql, id: number, watch: Watch | null, at: Date): Promise<void> {
    await tx.query(sql.cancelSql, [id, at, watch?.until ?? null, watch?.nextTryAt ?? null]);
  }

  /** True when the caller alone asks the issuer until then. */
  async claimWatched(id: number, now: Date, until: Date): Promise<boolean> {
    return (await this.database.query(sql.claimWatchedSql, [id, now, until])).length === 1;
  }

  async watchOn(id: number, nextTryAt: Date): Promise<void> {
    await this.database.query(sql.watchOnSql, [id, nextTryAt]);
  }

  async endWatch(id: number): Promise<void> {
    await this.database.query(sql.endWatchSql, [id]);
  }

  async unheardOrders(before: Date, now: Date, limit: number): Promise<number[]> {
    return ids(await this.database.query(sql.unheardOrdersSql, [before, now, limit]));
  }

  async touch(tx: Sql, id: number, at: Date): Promise<void> {
    await tx.query(sql.touchSql, [id, at]);
  }

  async dueWatches(now: Date, limit: number): Promise<number[]> {
    return ids(await this.database.query(sql.dueWatchesSql, [now, limit]));
  }

  async update(tx: Sql, changed: StoredPending, at: Date): Promise<void> {
    const { id, owner, ownerRoleId, roleIds, description, notify, rotation, replaces, destinationIds, notificationIds } = changed;
    await tx.query(sql.updateSql, [id, owner, ownerRoleId, roleIds, description, notify, rotation, replaces, at, destinationIds, notificationIds]);
  }

  /** True when the caller alone asks the issuer until then. */
  async claim(id: number, now: Date, until: Date): Promise<boolean> {
    return (await this.database.query(sql.claimSql, [id, now, until])).length === 1;
  }

  async postpone(tx: Sql, id: number, { attempts, lastError, status, nextTryAt, externalId }: Progress, at: Date): Promise<void> {
    await tx.query(sql.postponeSql, [id, attempts, lastError, status, nextTryAt, externalId, at]);
  }

  /** The next question is due now. */
  async due(tx: Sql, id: number, at: Date): Promise<void> {
    await tx.query(sql.dueSql, [id, at]);
  }

  /** @param toldAt when it was told: older news than the last change nothing */
  async progress(id: number, { attempts, lastError, status, nextTryAt, externalId }: Progress, toldAt: Date, at: Date): Promise<void> {
    await this.database.query(sql.progressSql, [id, attempts, lastError, status, nextTryAt, externalId, toldAt, at]);
  }

  /** Those whose time is over. Orders get longer: who carries them out gives them up first. */
  async overdue(now: Date, ordersBefore: Date, limit: number): Promise<number[]> {
    return ids(await this.database.query(sql.overdueSql, [now, ordersBefore, limit]));
  }

  /** Those that should have been asked for before, and nobody is asking. */
  async forgottenPolls(before: Date, now: Date, limit: number): Promise<number[]> {
    return ids(await this.database.query(sql.forgottenPollsSql, [before, now, limit]));
  }

  /** How many `purge` would remove. */
  async countEnded(endedBefore: Date): Promise<number> {
    const [row] = await this.database.query<{ count: number }>(sql.countEndedSql, [endedBefore]);
    return row?.count ?? 0;
  }

  async purge(endedBefore: Date, limit: number): Promise<number> {
    return (await this.database.query(sql.purgeSql, [endedBefore, limit])).length;
  }

  /** False when it is kept already. */
  async keepOrphan(facts: CertificateFacts, { authorityId, pendingId, reason, at }: { authorityId: number | null; pendingId: number; reason: string; at: Date }): Promise<boolean> {
    const values = [facts.fingerprintSha256, authorityId, pendingId, facts.serialHex, facts.der, reason, at];
    return (await this.database.query(sql.keepOrphanSql, values)).length === 1;
  }

  async replacedDer(tx: Sql, replaces: readonly number[], authorityId: number): Promise<Buffer | null> {
    if (replaces.length === 0) return null;
    const [row] = await tx.query<{ der: Buffer }>(sql.replacedDerSql, [replaces, authorityId]);
    return row?.der ?? null;
  }

  /** The certificate that a pending one came to, also when nothing is left of the pending one. */
  async certificateOf(id: number): Promise<number | null> {
    const [row] = await this.database.query<{ id: number }>(sql.certificateOfSql, [id]);
    return row?.id ?? null;
  }

  async byRequestKey(key: string): Promise<RepeatedRequest | null> {
    const [row] = await this.database.query<RepeatedRequest>(sql.byRequestKeySql, [key]);
    return row ?? null;
  }

  async forgetRequest(id: number): Promise<void> {
    await this.database.query('update pending_certificate set request_key = null, request_hash = null where id = $1', [id]);
  }
}

export const isHidden = ({ state }: Pick<StoredPending, 'state'>): boolean => state === 'asking' || state === 'cancelled';

const ids = (rows: Record<string, unknown>[]): number[] => rows.map(({ id }) => Number(id));

/** NM-12: what it is called until there is a certificate to name it after. */
function shownName({ name, commonName, names, authority, at }: Requested): string {
  const custom = customName(name);
  if (custom !== '') return custom;
  const isNamed = commonName !== null || names.length > 0;
  return generatedName({ cn: isNamed ? commonName : authority.name, domains: names, issuer: authority.name, notBefore: at, notAfter: at });
}

function insertValues(asked: Requested, promised: Promised): unknown[] {
  const { orderTerms } = promised;
  return [
    shownName(asked),
    asked.name,
    asked.owner,
    asked.ownerRoleId,
    asked.roleIds,
    asked.description,
    asked.notify,
    asked.rotation,
    asked.rotationPolicy?.id ?? null,
    asked.authority.id,
    asked.commonName,
    asked.names,
    asked.csrDer,
    asked.keyId,
    asked.dnsProviderId,
    asked.replaces,
    creatorOf(asked),
    asked.request?.key ?? null,
    asked.request?.contentHash ?? null,
    asked.requestId,
    promised.externalId,
    promised.settledBy,
    orderTerms === null ? null : JSON.stringify(orderTerms),
    promised.state,
    promised.nextTryAt,
    promised.askingUntil,
    promised.until,
    asked.at,
    asked.storeBefore,
    asked.destinationIds,
    asked.notificationIds,
    asked.seriesName ?? null,
    asked.renewalOf ?? null,
    asked.mustOutlast ?? null,
  ];
}
