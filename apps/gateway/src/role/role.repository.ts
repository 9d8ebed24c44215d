import { Injectable } from '@nestjs/common';
import type { NestedRole, NestedUser, RoleRef } from '@sifaka/contracts';
import { column, Conditions, Database, nullable, uniqueViolation, type ListSource, type Sql } from '@sifaka/database';
import { AppError } from '@sifaka/kernel';
import { Lookup } from '../composition/lookup.js';
import { listTable, type Listed, type ListRequest } from '../listing/table-list.js';

export interface Role {
  id: number;
  name: string;
  description: string | null;
  thirdParty: boolean;
  users: NestedUser[];
}

export interface NewRole {
  name: string;
  description: string | null;
  username: string | null;
  passwordRef: string | null;
}

/** A reference as a client gives it: by id, or by name. */
interface Ref {
  id?: number;
  name?: string;
}

@Injectable()
export class RoleRepository {
  private readonly nestedRoles: Lookup<number, NestedRole>;

  constructor(private readonly database: Database) {
    this.nestedRoles = new Lookup(async (ids) => {
      const text = 'select id, name, description from role where id in (select unnest($1::int[]))';
      const roles = await database.query<NestedRole>({ name: 'role-nested', text, values: [ids] });
      return new Map(roles.map((role) => [role.id, role]));
    });
  }

  list(request: ListRequest): Promise<Listed<Role>> {
    return listTable<Role>(this.database, table, request, confirmed());
  }

  ofUser(userId: number, request: ListRequest): Promise<Listed<Role>> {
    const conditions = confirmed();
    conditions.add('r.id in (select role_id from user_role where user_id = ?)', userId);
    return listTable<Role>(this.database, table, request, conditions);
  }

  async find(id: number, sql: Sql = this.database): Promise<Role | null> {
    const [role] = await sql.query<Role>(`select ${columns} from role r where r.id = $1 and r.reserved_at is null`, [id]);
    return role ?? null;
  }

  async lock(tx: Sql, id: number): Promise<Role | null> {
    await tx.query('select 1 from role where id = $1 for update', [id]);
    return this.find(id, tx);
  }

  /** Roles as they appear inside other objects, by id; reserved ones too, for the answer to the request that made them. */
  nested(ids: readonly number[]): Promise<ReadonlyMap<number, NestedRole>> {
    return this.nestedRoles.find(ids);
  }

  /**
   * The roles that references name, each once; held against deletion when `sql` is a transaction.
   * @throws AppError invalid_argument on `field`, naming the first that is missing.
   */
  async resolve(sql: Sql, refs: readonly Ref[], field: string): Promise<RoleRef[]> {
    if (refs.length === 0) return [];
    const found = await sql.query<RoleRef>(
      'select id, name from role where reserved_at is null and (id = any($1::int[]) or name = any($2::text[])) order by id for key share',
      [refs.flatMap(({ id }) => id ?? []), refs.flatMap(({ id, name }) => (id === undefined ? (name ?? []) : []))],
    );
    const missing = refs.find((ref) => !found.some(({ id, name }) => (ref.id === undefined ? name === ref.name : id === ref.id)));
    if (missing === undefined) return found;
    const message = `there is no role with ${missing.id === undefined ? `the name "${missing.name ?? ''}"` : `the id ${missing.id}`}`;
    throw new AppError('invalid_argument', message, { reason: 'role.unknown', fields: [{ path: `${field}._schema`, message }] });
  }

  /** A name that is only reserved is taken over. @throws AppError already_exists for the name of a role. */
  async insert(tx: Sql, role: NewRole): Promise<number> {
    const [row] = await tx.query<{ id: number }>(insertSql, [role.name, role.description, role.username, role.passwordRef]);
    if (row === undefined) throw taken(role.name);
    return row.id;
  }

  async update(tx: Sql, id: number, change: { name: string; description: string | null }): Promise<void> {
    try {
      await tx.query('update role set name = $2, description = $3 where id = $1', [id, change.name, change.description]);
    } catch (error) {
      throw uniqueViolation(error)?.constraint === 'role_name' ? taken(change.name, error) : error;
    }
  }

  /** Makes the members of a role exactly these. */
  async setUsers(tx: Sql, roleId: number, userIds: readonly number[]): Promise<void> {
    await tx.query('delete from user_role where role_id = $1 and user_id <> all ($2::int[])', [roleId, userIds]);
    await tx.query('insert into user_role (role_id, user_id) select $1, unnest($2::int[]) on conflict do nothing', [roleId, userIds]);
  }

  /** False when a user has the role. Returns the reference of its password too, to be deleted after the transaction. */
  async delete(tx: Sql, id: number): Promise<{ isDeleted: boolean; passwordRef: string | null }> {
    const [row] = await tx.query<{ passwordRef: string | null }>(
      'delete from role where id = $1 and not exists (select 1 from user_role where role_id = $1) returning password_ref as "passwordRef"',
      [id],
    );
    return { isDeleted: row !== undefined, passwordRef: row?.passwordRef ?? null };
  }

  async credentials(id: number): Promise<{ name: string; username: string | null; passwordRef: string | null } | null> {
    const [row] = await this.database.query<{ name: string; username: string | null; passwordRef: string | null }>(
      'select name, username, password_ref as "passwordRef" from role where id = $1 and reserved_at is null',
      [id],
    );
    return row ?? null;
  }
}

/** Roles that everybody may know of: reserved ones wait for what they were made for. */
function confirmed(): Conditions {
  const conditions = new Conditions();
  conditions.add('r.reserved_at is null');
  return conditions;
}

function taken(name: string, cause?: unknown): AppError {
  return new AppError('already_exists', `there is a role with the name "${name}" already`, { reason: 'role.name_taken', cause });
}

const insertSql = `
  insert into role (name, description, username, password_ref) values ($1, $2, $3, $4)
  on conflict (name) do update set description = excluded.description, username = excluded.username, password_ref = excluded.password_ref, reserved_at = null
    where role.reserved_at is not null
  returning id`;

const columns = `
  r.id, r.name, r.description, r.third_party as "thirdParty",
  coalesce((select json_agg(json_build_object('id', u.id, 'username', u.username, 'email', u.email, 'active', u.active) order by u.id)
    from user_role m join app_user u on u.id = m.user_id where m.role_id = r.id), '[]'::json) as users`;

const table: ListSource = {
  from: 'role r',
  select: columns,
  id: 'r.id',
  columns: {
    id: column.integer('r.id'),
    name: column.text('r.name'),
    description: nullable(column.text('r.description')),
    username: nullable(column.text('r.username')),
    third_party: column.boolean('r.third_party'),
  },
};
