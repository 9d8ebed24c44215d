import { Injectable } from '@nestjs/common';
import type { Window } from '@sifaka/contracts';
import { column, Conditions, Database, listPage, nullable, type Columns, type Page, type Sql } from '@sifaka/database';
import { runColumns, type SyncRunRow } from '../source/source-row.js';
import { noCounts } from './counts.js';

export interface FindingRow {
  id: number;
  kind: 'certificate' | 'endpoint' | 'fault';
  what: string;
  reason: string;
  at: Date;
}

const runColumnsListed: Columns = {
  id: column.integer('r.id'),
  state: column.text('r.state'),
  trigger: column.text('r.trigger'),
  requested_at: column.timestamp('r.requested_at'),
  started_at: nullable(column.timestamp('r.started_at')),
  finished_at: nullable(column.timestamp('r.finished_at')),
};

const findingColumns: Columns = { id: column.integer('f.id'), kind: column.text('f.kind'), what: column.text('f.what'), reason: column.text('f.reason'), at: column.timestamp('f.at') };

/** Runs as those see them who ask for one and look at what became of it. */
@Injectable()
export class SyncRuns {
  constructor(private readonly database: Database) {}

  async byId(id: number): Promise<SyncRunRow | undefined> {
    const [row] = await this.database.query<SyncRunRow>(`select ${runColumns} from sync_run r where r.id = $1`, [id]);
    return row;
  }

  /** The run that waits or is under way; a new one when there is none. Undefined for a source that is gone. */
  async request(tx: Sql, sourceId: number, trigger: SyncRunRow['trigger']): Promise<{ run: SyncRunRow | undefined; isNew: boolean }> {
    const counts = JSON.stringify(noCounts);
    const [made] = await tx.query<SyncRunRow>(
      `insert into sync_run as r (source_id, state, trigger, counts, checkpoint_counts) select id, 'queued', $2, $3, $3 from source where id = $1
       on conflict (source_id) where state in ('queued', 'running', 'interrupted') do nothing returning ${runColumns}`,
      [sourceId, trigger, counts],
    );
    if (made !== undefined) return { run: made, isNew: true };
    const [open] = await tx.query<SyncRunRow>(`select ${runColumns} from sync_run r where r.source_id = $1 order by r.id desc limit 1`, [sourceId]);
    return { run: open, isNew: false };
  }

  page(sourceId: number, window: Window): Promise<Page<SyncRunRow>> {
    const conditions = new Conditions();
    conditions.add('r.source_id = ?', sourceId);
    return listPage<SyncRunRow>(this.database, { from: 'sync_run r', id: 'r.id', select: runColumns, columns: runColumnsListed }, conditions, newestFirst(window));
  }

  findings(runId: number, window: Window): Promise<Page<FindingRow>> {
    const conditions = new Conditions();
    conditions.add('f.run_id = ?', runId);
    return listPage<FindingRow>(this.database, { from: 'finding f', id: 'f.id', select: 'f.id, f.kind, f.what, f.reason, f.at', columns: findingColumns }, conditions, window);
  }

  /** Forgets runs of long ago with their findings; the last of each source, and the last that read everything, stay. @returns how many went */
  async prune(keptDays: number, limit: number): Promise<number> {
    const gone = await this.database.query(
      `delete from sync_run where id in (
         select r.id from sync_run r where r.finished_at < now() - make_interval(days => $1)
           and exists (select from sync_run l where l.source_id = r.source_id and l.id > r.id)
           and (not r.is_complete or exists (select from sync_run l where l.source_id = r.source_id and l.id > r.id and l.is_complete))
         order by r.id limit $2) returning id`,
      [keptDays, limit],
    );
    return gone.length;
  }
}

const newestFirst = (window: Window): Window => (window.sortBy === null && window.cursor === null ? { ...window, sortBy: 'id', sortDir: 'desc' } : window);
