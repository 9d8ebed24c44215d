import { Injectable } from '@nestjs/common';
import type { NestedUser } from '@sifaka/contracts';
import { column, Conditions, Database, nullable, type ListSource, type Sql } from '@sifaka/database';
import { AppError } from '@sifaka/kernel';
import { listTable, type Listed, type ListRequest } from '../listing/table-list.js';

export interface ApiKey {
  id: number;
  name: string;
  /** Days; -1 is without end. */
  ttl: number;
  /** Seconds since 1970. */
  issuedAt: number;
  revoked: boolean;
  user: NestedUser;
}

@Injectable()
export class ApiKeyRepository {
  constructor(private readonly database: Database) {}

  /** Keys of one user, or of all. */
  list(request: ListRequest, userId: number | null): Promise<Listed<ApiKey>> {
    const conditions = new Conditions();
    if (userId !== null) conditions.add('k.user_id = ?', userId);
    return listTable<ApiKey>(this.database, table, request, conditions);
  }

  async find(id: number, sql: Sql = this.database): Promise<ApiKey | null> {
    const [key] = await sql.query<ApiKey>(`select ${columns} from ${from} where k.id = $1`, [id]);
    return key ?? null;
  }

  async insert(tx: Sql, key: { name: string; ttl: number; issuedAt: number; userId: number }): Promise<number> {
    const [row] = await tx.query<{ id: number }>(
      'insert into api_key (name, ttl, issued_at, user_id) values ($1, $2, $3, $4) returning id',
      [key.name, key.ttl, key.issuedAt, key.userId],
    );
    if (row === undefined) throw new AppError('internal', 'internal error');
    return row.id;
  }

  /** False when the key is gone. */
  async update(tx: Sql, id: number, change: { name: string; ttl: number; revoked: boolean }): Promise<boolean> {
    const rows = await tx.query('update api_key set name = $2, ttl = $3, revoked = $4 where id = $1 returning id', [
      id,
      change.name,
      change.ttl,
      change.revoked,
    ]);
    return rows.length > 0;
  }

  /** False when the key is gone. */
  async delete(tx: Sql, id: number): Promise<boolean> {
    const rows = await tx.query('delete from api_key where id = $1 returning id', [id]);
    return rows.length > 0;
  }
}

const from = 'api_key k join app_user u on u.id = k.user_id';

const columns = `
  k.id, k.name, k.ttl, k.issued_at as "issuedAt", k.revoked,
  json_build_object('id', u.id, 'username', u.username, 'email', u.email, 'active', u.active) as user`;

const table: ListSource = {
  from,
  select: columns,
  id: 'k.id',
  columns: {
    id: column.integer('k.id'),
    name: column.text('k.name'),
    ttl: column.integer('k.ttl'),
    issued_at: column.integer('k.issued_at'),
    revoked: column.boolean('k.revoked'),
    user_id: column.integer('k.user_id'),
    application_name: nullable(column.text('k.application_name')),
  },
};
