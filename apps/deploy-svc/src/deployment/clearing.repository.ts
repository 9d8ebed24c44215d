import { Injectable } from '@nestjs/common';
import { Database, type Sql } from '@sifaka/database';
import type { Deployment } from './deployment.js';
import { deploymentColumns } from './deployment.columns.js';

/** What a destination that is being deleted still has. Any number of certificates may be there: nothing here reads all of them. */
@Injectable()
export class ClearingRepository {
  constructor(private readonly database: Database) {}

  /** Not asked to go yet, the oldest first. */
  wantedAt(destinationId: number, limit: number): Promise<Pick<Deployment, 'id' | 'certificate_id' | 'is_held' | 'state'>[]> {
    const text = `select id, certificate_id, is_held, state from deployment where destination_id = $1 and wanted = 'deployed' order by id limit $2`;
    return this.database.query(text, [destinationId, limit]);
  }

  /** Whether a removal is under way, or waits for its first try. */
  async isAtWork(destinationId: number): Promise<boolean> {
    const text = `select from deployment where destination_id = $1 and state in ('pending', 'running') limit 1`;
    return (await this.database.query(text, [destinationId])).length > 0;
  }

  /** Those that are there, or may be, with the first of them: what has failed before what still waits. */
  async leftAt(tx: Sql, destinationId: number, limit: number): Promise<{ count: number; first: Deployment[] }> {
    const condition = `p.destination_id = $1 and (p.wanted = 'deployed' or p.state <> 'removed') and (p.is_held or p.state = 'running')`;
    const [{ count } = { count: 0 }] = await tx.query<{ count: number }>(`select count(*)::int as count from deployment p where ${condition}`, [destinationId]);
    const first = count === 0 ? [] : await tx.query<Deployment>(`select ${deploymentColumns} from deployment p where ${condition} order by p.state = 'failed' desc, p.id limit $2`, [destinationId, limit]);
    return { count, first };
  }
}
