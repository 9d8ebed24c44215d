import { Injectable } from '@nestjs/common';
import { Database } from '@sifaka/database';

export interface RequestId {
  userId: number;
  operation: string;
  key: string;
}

export interface StoredRequest {
  requestHash: string;
  isAnswered: boolean;
  answer: unknown;
}

@Injectable()
export class IdempotencyRepository {
  constructor(private readonly database: Database) {}

  /**
   * True when this attempt now holds the request: nobody had it, the first attempt died with the same content, or it is so
   * old that it counts as never made.
   */
  async take(
    request: RequestId,
    attempt: { id: string; hashes: readonly string[]; at: Date; deadBefore: Date; forgottenBefore: Date },
  ): Promise<boolean> {
    const { userId, operation, key } = request;
    const { id, hashes, at, deadBefore, forgottenBefore } = attempt;
    const rows = await this.database.query(takeSql, [userId, operation, key, hashes[0], id, at, deadBefore, forgottenBefore, hashes]);
    return rows.length > 0;
  }

  async find({ userId, operation, key }: RequestId): Promise<StoredRequest | null> {
    const [row] = await this.database.query<StoredRequest>(
      `select request_hash as "requestHash", answered_at is not null as "isAnswered", answer from idempotency_key where user_id = $1 and operation = $2 and key = $3`,
      [userId, operation, key],
    );
    return row ?? null;
  }

  async answer(attemptId: string, request: RequestId, answer: unknown, at: Date): Promise<void> {
    const { userId, operation, key } = request;
    await this.database.query(
      'update idempotency_key set answered_at = $5, answer = $6::json where user_id = $1 and operation = $2 and key = $3 and attempt = $4',
      [userId, operation, key, attemptId, at, JSON.stringify(answer)],
    );
  }

  /** Lets the next attempt try again. */
  async forget(attemptId: string, { userId, operation, key }: RequestId): Promise<void> {
    await this.database.query('delete from idempotency_key where user_id = $1 and operation = $2 and key = $3 and attempt = $4', [
      userId,
      operation,
      key,
      attemptId,
    ]);
  }

  /** Removes a batch of requests from before `limitAt`, returns how many. */
  async prune(limitAt: Date): Promise<number> {
    const rows = await this.database.query(
      `delete from idempotency_key where ctid = any (array(select ctid from idempotency_key where started_at < $1 limit 5000)) returning 1`,
      [limitAt],
    );
    return rows.length;
  }
}

const takeSql = `
  insert into idempotency_key as held (user_id, operation, key, request_hash, attempt, started_at)
  values ($1, $2, $3, $4, $5, $6)
  on conflict (user_id, operation, key) do update
    set request_hash = excluded.request_hash, attempt = excluded.attempt, started_at = excluded.started_at, answered_at = null, answer = null
    where held.started_at < $8 or (held.answered_at is null and held.started_at < $7 and held.request_hash = any ($9::text[]))
  returning 1`;
