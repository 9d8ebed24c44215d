import { Injectable } from '@nestjs/common';
import { Database, type Sql } from '@sifaka/database';

export type TokenState = 'uploading' | 'present' | 'removing' | 'removed';

export interface ChallengeTokenRow {
  challenge_id: number;
  destination_id: number | null;
  path: string;
  state: TokenState;
  attempts: number;
}

/** Every token that destinations were asked to serve: the only file that knows their SQL. */
@Injectable()
export class ChallengeTokenRepository {
  constructor(private readonly database: Database) {}

  /** Writes down that an upload begins. Null when the token was given up, or the destination is gone. `for key share` waits for a deletion that is under way. */
  async announce({ challengeId, destinationId, path }: { challengeId: number; destinationId: number; path: string }): Promise<ChallengeTokenRow | null> {
    const [row] = await this.database.query<ChallengeTokenRow>(announceSql, [challengeId, destinationId, path]);
    return row ?? null;
  }

  /** @returns false when it was given up while it was on its way: then it goes again */
  async arrived(tx: Sql, challengeId: number): Promise<boolean> {
    const text = `
      update challenge_token set
        state = case when state in ('uploading', 'present') then 'present' else 'removing' end,
        next_try_at = case when state in ('uploading', 'present') then null else now() end,
        upload_started_at = null, last_error = null, updated_at = now()
      where challenge_id = $1 returning state`;
    const [row] = await tx.query<{ state: TokenState }>(text, [challengeId]);
    return row?.state === 'present';
  }

  async uploadFailed(tx: Sql, challengeId: number, error: string): Promise<void> {
    await tx.query('update challenge_token set upload_started_at = null, last_error = $2, updated_at = now() where challenge_id = $1', [challengeId, error.slice(0, 2_000)]);
  }

  /** From here on it only goes. A token that was never heard of is written down as well: its upload may come late, and must not happen. */
  async release(challengeId: number, destinationId: number | null, path: string): Promise<ChallengeTokenRow | null> {
    const text = `
      insert into challenge_token (challenge_id, destination_id, path, state, next_try_at)
      values ($1, (select id from destination where id = $2 for key share), $3, 'removing', now())
      on conflict (challenge_id) do update set state = 'removing', attempts = 0, next_try_at = now(), updated_at = now()
      where challenge_token.state <> 'removed' returning ${columns}`;
    const [row] = await this.database.query<ChallengeTokenRow>(text, [challengeId, destinationId, path]);
    return row ?? null;
  }

  /** @returns false while an upload of it may still arrive: it is removed once more after that */
  async removed(challengeId: number): Promise<boolean> {
    const text = `
      update challenge_token set
        state = case when upload_started_at > now() - ${uploadLimit} then state else 'removed' end,
        next_try_at = case when upload_started_at > now() - ${uploadLimit} then upload_started_at + ${uploadLimit} end,
        last_error = null, updated_at = now()
      where challenge_id = $1 and state = 'removing' returning state`;
    const [row] = await this.database.query<{ state: TokenState }>(text, [challengeId]);
    return row?.state !== 'removing';
  }

  async removalFailed(challengeId: number, error: string, pauseMs: number): Promise<void> {
    await this.database.query(
      `update challenge_token set attempts = attempts + 1, last_error = $2, next_try_at = now() + $3 * interval '1 ms', updated_at = now() where challenge_id = $1 and state = 'removing'`,
      [challengeId, error.slice(0, 2_000), pauseMs],
    );
  }

  /** Removals whose time has come. */
  due(limit: number): Promise<ChallengeTokenRow[]> {
    return this.database.query<ChallengeTokenRow>(`select ${columns} from challenge_token where state = 'removing' and next_try_at <= now() order by next_try_at limit $1`, [limit]);
  }

  /** What nobody gave up and nobody waits for any more. */
  async releaseForgotten(olderThanMs: number): Promise<number> {
    const rows = await this.database.query(
      `update challenge_token set state = 'removing', attempts = 0, next_try_at = now(), updated_at = now()
       where state in ('uploading', 'present') and updated_at < now() - $1 * interval '1 ms' returning challenge_id`,
      [olderThanMs],
    );
    return rows.length;
  }

  async forgetRemoved(olderThanMs: number): Promise<void> {
    await this.database.query(`delete from challenge_token where state = 'removed' and updated_at < now() - $1 * interval '1 ms'`, [olderThanMs]);
  }

  openOf(destinationId: number, sql: Sql = this.database): Promise<ChallengeTokenRow[]> {
    return sql.query<ChallengeTokenRow>(`select ${columns} from challenge_token where destination_id = $1 and state <> 'removed' order by challenge_id`, [destinationId]);
  }

  /** What orders wait for is given up as well. */
  async releaseAll(destinationId: number): Promise<void> {
    await this.database.query(
      `update challenge_token set state = 'removing', attempts = 0, next_try_at = now(), updated_at = now() where destination_id = $1 and state in ('uploading', 'present')`,
      [destinationId],
    );
  }
}

const columns = 'challenge_id, destination_id, path, state, attempts';

/** Longer than any upload takes: see `pluginLimitMs`. */
const uploadLimit = `interval '2 minutes'`;

const announceSql = `
  with place as (select id from destination where id = $2 for key share)
  insert into challenge_token (challenge_id, destination_id, path, state, upload_started_at)
  select $1, place.id, $3, 'uploading', now() from place
  on conflict (challenge_id) do update
    set destination_id = excluded.destination_id, path = excluded.path, upload_started_at = now(), attempts = 0, last_error = null, updated_at = now()
    where challenge_token.state in ('uploading', 'present')
  returning ${columns}`;
