import { Injectable } from '@nestjs/common';
import { Database, type Sql } from '@sifaka/database';
import type { DomainRow } from '../certificate/certificate.view.js';

const columns = 'id, name, sensitive';

@Injectable()
export class DomainRepository {
  constructor(private readonly database: Database) {}

  byIds(ids: readonly number[]): Promise<DomainRow[]> {
    return this.database.query<DomainRow>(`select ${columns} from domain where id = any($1::int[]) order by array_position($1::int[], id)`, [ids]);
  }

  async add(tx: Sql, domain: Omit<DomainRow, 'id'>): Promise<DomainRow | undefined> {
    const [row] = await tx.query<DomainRow>(`insert into domain (name, sensitive) values ($1, $2) returning ${columns}`, [domain.name, domain.sensitive]);
    return row;
  }

  async update(tx: Sql, domain: DomainRow): Promise<DomainRow | undefined> {
    const [row] = await tx.query<DomainRow>(`update domain set name = $2, sensitive = $3 where id = $1 returning ${columns}`, [
      domain.id,
      domain.name,
      domain.sensitive,
    ]);
    return row;
  }
}
