import { Injectable } from '@nestjs/common';
import { Database } from '@sifaka/database';

interface SliceName {
  readonly caller: string;
  readonly stageId: string;
  readonly position: number;
}

/** SQL of what is laid by to be signed: in the database, because each slice may come to another replica. */
@Injectable()
export class StagedSlices {
  constructor(private readonly database: Database) {}

  /** @returns false when another slice is there already */
  async add({ caller, stageId, position }: SliceName, bytes: Buffer): Promise<boolean> {
    const added = await this.database.query('insert into staged_slice (caller, stage_id, position, bytes) values ($1, $2, $3, $4) on conflict do nothing returning 1', [caller, stageId, position, bytes]);
    if (added.length > 0) return true;
    return (await this.read({ caller, stageId, position }))?.equals(bytes) ?? false;
  }

  async read({ caller, stageId, position }: SliceName): Promise<Buffer | null> {
    const [row] = await this.database.query<{ bytes: Buffer }>('select bytes from staged_slice where stage_id = $1 and caller = $2 and position = $3', [stageId, caller, position]);
    return row?.bytes ?? null;
  }

  async remove(caller: string, stageId: string): Promise<void> {
    await this.database.query('delete from staged_slice where stage_id = $1 and caller = $2', [stageId, caller]);
  }

  /** By the clock of the database, which wrote the times. */
  async removeOlderThan(ms: number): Promise<number> {
    const rows = await this.database.query("delete from staged_slice where staged_at < clock_timestamp() - $1 * interval '1 millisecond' returning 1", [ms]);
    return rows.length;
  }
}
