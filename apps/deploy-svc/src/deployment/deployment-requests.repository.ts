import { Inject, Injectable } from '@nestjs/common';
import type { Sql } from '@sifaka/database';
import type { Clock } from '@sifaka/kernel';
import { CLOCK } from '@sifaka/runtime';
import { sqlTime } from '../sql-time.js';
import type { Deployment, EndedBy } from './deployment.js';
import { deploymentColumns } from './deployment.columns.js';

/** At one destination a certificate may take the place of others. */
export interface Displacing {
  destinationId: number;
  certificateIds: readonly number[];
}

export type EndedWhere = { certificateId: number; keptAt: readonly number[] } | { destinationId: number } | { ids: readonly number[] };

/**
 * What is wanted, as people and events say it. Every change raises the version: a worker that is at the deployment meanwhile sees that
 * there is more to do when it is done.
 */
@Injectable()
export class DeploymentRequests {
  constructor(@Inject(CLOCK) private readonly clock: Clock) {}

  /**
   * Certificates that are wanted at destinations from now on; those that are wanted there already are left alone.
   *
   * @param isAgain also where it was wanted once and is not any more: for people, not for events that come late
   * @returns the rows that are to be worked on
   */
  attach(tx: Sql, { certificateId, fingerprint, destinationIds, isAgain }: { certificateId: number; fingerprint: string; destinationIds: readonly number[]; isAgain: boolean }): Promise<Deployment[]> {
    const again = `
      update set wanted = 'deployed', state = ${unlessRunning('pending')}, next_try_at = ${this.now}, attempts = 0, last_error = null, note = null, ended_by = null,
        destination_label = excluded.destination_label, plugin = excluded.plugin, removed_at = null, deployed_at = null, displaces = '{}', is_beside = false, is_rolled_back = false, proofs = '[]', requested_at = ${this.now},
        version = p.version + 1, updated_at = ${this.now}
      where p.wanted = 'removed'`;
    const text = `
      with place as (select id, label, plugin from destination where id = any($3::int[]) and deleting_since is null order by id for key share)
      insert into deployment as p (certificate_id, destination_id, destination_label, plugin, fingerprint, wanted, state, next_try_at, requested_at)
      select $1, place.id, place.label, place.plugin, $2, 'deployed', 'pending', ${this.now}, ${this.now} from place order by place.id
      on conflict (certificate_id, destination_id) do ${isAgain ? again : 'nothing'}
      returning ${deploymentColumns}`;
    return tx.query<Deployment>(text, [certificateId, fingerprint, destinationIds]);
  }

  /**
   * Whose place a certificate may take. One that has failed, may be for want of that, begins again; whoever works on one may have found the
   * place taken already, and does so once more.
   *
   * @returns those that are to be worked on
   */
  async displace(tx: Sql, certificateId: number, displacing: readonly Displacing[]): Promise<Deployment[]> {
    const text = `
      update deployment p set displaces = p.displaces || $3::int[], version = p.version + (case when p.state in ('failed', 'running') then 1 else 0 end),
        state = case when p.state = 'failed' then 'pending' else p.state end, next_try_at = case when p.state = 'failed' then ${this.now} else p.next_try_at end,
        attempts = case when p.state = 'failed' then 0 else p.attempts end, last_error = case when p.state = 'failed' and p.phase is null then null else p.last_error end
      where p.certificate_id = $1 and p.destination_id = $2 and p.wanted = 'deployed' and not p.displaces @> $3::int[]
      returning ${deploymentColumns}`;
    const rows: Deployment[] = [];
    for (const { destinationId, certificateIds } of displacing) rows.push(...(await tx.query<Deployment>(text, [certificateId, destinationId, certificateIds])));
    return rows;
  }

  /** Those that failed because of others in their place, which are gone by now. */
  whereFree(tx: Sql): Promise<Deployment[]> {
    return this.unblock(tx, 'not exists (select from deployment o where o.destination_id = p.destination_id and o.certificate_id = p.blocked_by and o.is_held)', []);
  }

  /** A certificate replaces these from now on, and may come in their place. */
  whereReplaced(tx: Sql, certificateId: number, replaces: readonly number[]): Promise<Deployment[]> {
    return this.unblock(tx, 'p.certificate_id = $1 and p.blocked_by = any($2::int[])', [certificateId, replaces]);
  }

  private get now(): string {
    return sqlTime(this.clock.now());
  }

  private unblock(tx: Sql, condition: string, values: unknown[]): Promise<Deployment[]> {
    const text = `
      update deployment p set state = 'pending', next_try_at = ${this.now}, attempts = 0, last_error = null, blocked_by = null, version = p.version + 1, updated_at = ${this.now}
      where p.blocked_by is not null and p.wanted = 'deployed' and p.state = 'failed' and p.phase is null and ${condition} returning ${deploymentColumns}`;
    return tx.query<Deployment>(text, values);
  }

  /** Put where it is put beside what it replaces, unless it is there already. */
  async beside(tx: Sql, id: number): Promise<void> {
    await tx.query(`update deployment set is_beside = true where id = $1 and state <> 'deployed'`, [id]);
  }

  /** Not wanted any more: what may be there goes, by the plugin. @param note said of it from then on */
  end(tx: Sql, by: EndedBy, note: string | null, where: EndedWhere): Promise<Deployment[]> {
    const [condition, values] = conditionOf(where);
    const text = `
      update deployment p set wanted = 'removed', state = ${unlessRunning('pending')}, next_try_at = ${this.now}, attempts = 0, last_error = null, note = $2,
        ended_by = $1, version = p.version + 1, updated_at = ${this.now}
      where p.wanted = 'deployed' and ${condition} returning ${deploymentColumns}`;
    return tx.query<Deployment>(text, [by, note, ...values]);
  }

  /** Begins again now: with what is half done, so that what was there before comes back first where that was under way. */
  async retry(tx: Sql, id: number, displacing: readonly number[]): Promise<Deployment | undefined> {
    const text = `
      update deployment p set state = ${unlessRunning('pending')}, next_try_at = ${this.now}, attempts = 0, note = null, is_rolled_back = false,
        last_error = case when p.phase = 'rolling_back' then p.last_error end, is_passing = p.is_passing or p.phase is not distinct from 'rolling_back',
        requested_at = ${this.now}, displaces = p.displaces || $2::int[],
        version = p.version + 1, updated_at = ${this.now}
      where p.id = $1 returning ${deploymentColumns}`;
    const [row] = await tx.query<Deployment>(text, [id, displacing]);
    return row;
  }

  /** Removals that failed are tried once more, before their destination goes. */
  async retryRemovals(tx: Sql, destinationId: number): Promise<void> {
    await tx.query(
      `update deployment set state = 'pending', next_try_at = ${this.now}, attempts = 0, version = version + 1, updated_at = ${this.now} where destination_id = $1 and wanted = 'removed' and state = 'failed'`,
      [destinationId],
    );
  }

  /** Found at destinations of that label, without an upload of ours. What was ended on request stays ended. */
  adopt(tx: Sql, label: string, certificates: readonly { id: number; fingerprint: string }[], note: string): Promise<Deployment[]> {
    const text = `
      with place as (select id, label, plugin from destination where label = $1 and deleting_since is null order by id for key share),
        found as (select * from unnest($2::int[], $3::text[]) as f (id, fingerprint))
      insert into deployment as p (certificate_id, destination_id, destination_label, plugin, fingerprint, wanted, state, is_held, deployed_at, requested_at, note)
      select found.id, place.id, place.label, place.plugin, found.fingerprint, 'deployed', 'deployed', true, ${this.now}, ${this.now}, $4 from place, found order by found.id, place.id
      on conflict (certificate_id, destination_id) do update set
        wanted = 'deployed', state = 'deployed', is_held = true, deployed_at = ${this.now}, removed_at = null, ended_by = null, note = excluded.note, attempts = 0,
        last_error = null, is_rolled_back = false, proofs = '[]', version = p.version + 1, updated_at = ${this.now}
      where p.wanted = 'removed' and p.state = 'removed' and p.ended_by = 'missed'
      returning ${deploymentColumns}`;
    return tx.query<Deployment>(text, [label, certificates.map(({ id }) => id), certificates.map(({ fingerprint }) => fingerprint), note]);
  }

  /** Gone from destinations of that label by somebody else's hand: nothing is left to be cleaned. What is being worked on is left alone. */
  letGo(tx: Sql, label: string, certificateIds: readonly number[], note: string): Promise<Deployment[]> {
    const text = `
      update deployment p set wanted = 'removed', state = 'removed', is_held = false, ended_by = 'missed', note = $3, removed_at = ${this.now}, next_try_at = null,
        last_error = null, version = p.version + 1, updated_at = ${this.now}
      from destination d
      where d.label = $1 and p.destination_id = d.id and p.certificate_id = any($2::int[]) and p.wanted = 'deployed' and p.state = 'deployed'
      returning ${deploymentColumns}`;
    return tx.query<Deployment>(text, [label, certificateIds, note]);
  }

  /** The destination leads elsewhere: what was uploaded, or half uploaded, is not there. What a source found was never ours to put. */
  putAgain(tx: Sql, destinationId: number, note: string): Promise<Deployment[]> {
    const text = `
      update deployment p set state = 'pending', phase = null, served_before = null, next_try_at = ${this.now}, attempts = 0, last_error = null, note = $2, is_rolled_back = false,
        is_passing = false, proofs = '[]', requested_at = ${this.now}, version = p.version + 1, updated_at = ${this.now}
      where p.destination_id = $1 and p.wanted = 'deployed' and (p.phase is not null or (p.state = 'deployed' and (p.external_id is not null or p.note is null)))
      returning ${deploymentColumns}`;
    return tx.query<Deployment>(text, [destinationId, note]);
  }

  /** The destination leads elsewhere: what was to be removed is not there. */
  leaveRemovals(tx: Sql, destinationId: number, note: string): Promise<Deployment[]> {
    const text = `
      update deployment p set state = 'removed', phase = null, note = $2, removed_at = ${this.now}, next_try_at = null, version = p.version + 1, updated_at = ${this.now}
      where p.destination_id = $1 and p.wanted = 'removed' and p.state <> 'removed' and p.is_held returning ${deploymentColumns}`;
    return tx.query<Deployment>(text, [destinationId, note]);
  }

  /** Not to be taken away after all: they stay where they are, and are not ours any more. */
  leave(tx: Sql, ids: readonly number[], note: string): Promise<Deployment[]> {
    const text = `
      update deployment p set wanted = 'removed', state = 'removed', phase = null, note = $2, removed_at = ${this.now}, next_try_at = null, version = p.version + 1, updated_at = ${this.now}
      where p.id = any($1::int[]) and p.state <> 'running' returning ${deploymentColumns}`;
    return tx.query<Deployment>(text, [ids, note]);
  }

  /** Their destination goes: what is still there is nobody's business any more. @returns those that had not ended */
  abandon(tx: Sql, destinationId: number, note: string): Promise<Deployment[]> {
    const text = `
      update deployment p set wanted = 'removed', state = 'removed', phase = null, ended_by = 'destination', note = $2, removed_at = ${this.now}, next_try_at = null,
        version = p.version + 1, updated_at = ${this.now}
      where p.destination_id = $1 and (p.wanted = 'deployed' or p.state <> 'removed') returning ${deploymentColumns}`;
    return tx.query<Deployment>(text, [destinationId, note]);
  }

  /** What lists show of a destination is what it is called now. */
  async rename(tx: Sql, destinationId: number, label: string, plugin: string): Promise<void> {
    await tx.query('update deployment set destination_label = $2, plugin = $3 where destination_id = $1 and (destination_label <> $2 or plugin <> $3)', [destinationId, label, plugin]);
  }
}

/** What is at work says itself what becomes of it. */
const unlessRunning = (state: string): string => `case when p.state = 'running' then 'running' else '${state}' end`;

function conditionOf(where: EndedWhere): [string, unknown[]] {
  if ('ids' in where) return ['p.id = any($3::int[])', [where.ids]];
  if ('destinationId' in where) return ['p.destination_id = $3', [where.destinationId]];
  return ['p.certificate_id = $3 and not p.destination_id = any($4::int[])', [where.certificateId, where.keptAt]];
}
