import { Injectable } from '@nestjs/common';
import type { NestedUser, RoleRef } from '@sifaka/contracts';
import { column, Database, nullable, uniqueViolation, type ListSource, type Sql } from '@sifaka/database';
import { AppError } from '@sifaka/kernel';
import { Lookup } from '../composition/lookup.js';
import { listTable, type Listed, type ListRequest } from '../listing/table-list.js';

export interface User {
  id: number;
  username: string;
  email: string;
  active: boolean;
  profilePicture: string | null;
  roles: RoleRef[];
}

export interface NewUser {
  username: string;
  email: string;
  passwordHash: string | null;
  active: boolean;
}

export interface UserChange {
  username: string;
  email: string;
  active: boolean;
  /** Null keeps the password. */
  passwordHash: string | null;
}

/** A reference as a client gives it: by id, or by username. */
export interface UserRef {
  id?: number;
  name?: string;
}

@Injectable()
export class UserRepository {
  private readonly nestedUsers: Lookup<number, NestedUser>;

  constructor(private readonly database: Database) {
    this.nestedUsers = new Lookup(async (ids) => {
      const text = 'select id, username, email, active from app_user where id in (select unnest($1::int[]))';
      const users = await database.query<NestedUser>({ name: 'user-nested', text, values: [ids] });
      return new Map(users.map((user) => [user.id, user]));
    });
  }

  list(request: ListRequest): Promise<Listed<User>> {
    return listTable<User>(this.database, table, request);
  }

  async find(id: number, sql: Sql = this.database): Promise<User | null> {
    const [user] = await sql.query<User>({ name: 'user-find', text: `select ${columns} from app_user u where u.id = $1`, values: [id] });
    return user ?? null;
  }

  /** The user as it is, held against other changes until the transaction ends. */
  async lock(tx: Sql, id: number): Promise<User | null> {
    await tx.query('select 1 from app_user where id = $1 for update', [id]);
    return this.find(id, tx);
  }

  /** @throws AppError already_exists when the username or the address is taken. */
  async insert(tx: Sql, user: NewUser): Promise<number> {
    const { username, email, passwordHash, active } = user;
    const [row] = await this.naming(user, () =>
      tx.query<{ id: number }>('insert into app_user (username, email, password_hash, active) values ($1, $2, $3, $4) returning id', [
        username,
        email,
        passwordHash,
        active,
      ]),
    );
    if (row === undefined) throw new AppError('internal', 'internal error');
    return row.id;
  }

  /** A new password ends the logins made with the old one. The picture comes from a single sign-on provider and goes with every edit. */
  async update(tx: Sql, id: number, change: UserChange): Promise<void> {
    const { username, email, active, passwordHash } = change;
    await this.naming(change, () =>
      tx.query(
        `update app_user set username = $2, email = $3, active = $4, password_hash = coalesce($5, password_hash), profile_picture = null,
           password_changed_at = case when $5 is null then password_changed_at else date_trunc('milliseconds', clock_timestamp()) end
         where id = $1`,
        [id, username, email, active, passwordHash],
      ),
    );
  }

  /** Makes the roles of a user exactly these. */
  async setRoles(tx: Sql, userId: number, roleIds: readonly number[]): Promise<void> {
    await tx.query('delete from user_role where user_id = $1 and role_id <> all ($2::int[])', [userId, roleIds]);
    await tx.query('insert into user_role (user_id, role_id) select $1, unnest($2::int[]) on conflict do nothing', [userId, roleIds]);
  }

  /** Users as they appear inside other objects, by id; one query however many. */
  nested(ids: readonly number[]): Promise<ReadonlyMap<number, NestedUser>> {
    return this.nestedUsers.find(ids);
  }

  /** Users whose address contains a text; for filters on objects of other services. */
  async idsByEmail(part: string, limit: number): Promise<number[]> {
    const rows = await this.database.query<{ id: number }>(
      'select id from app_user where strpos(lower(email), lower($1)) > 0 order by id limit $2',
      [part, limit],
    );
    return rows.map(({ id }) => id);
  }

  /** The users that references name, in that order; null where there is none. */
  async resolve(sql: Sql, refs: readonly UserRef[]): Promise<(NestedUser | null)[]> {
    const found = await sql.query<NestedUser>(
      'select id, username, email, active from app_user where id = any($1::int[]) or username = any($2::text[]) for key share',
      [refs.flatMap(({ id }) => id ?? []), refs.flatMap(({ id, name }) => (id === undefined ? (name ?? []) : []))],
    );
    return refs.map((ref) => found.find(({ id, username }) => (ref.id === undefined ? username === ref.name : id === ref.id)) ?? null);
  }

  async isEmpty(sql: Sql): Promise<boolean> {
    const [row] = await sql.query('select 1 from app_user limit 1');
    return row === undefined;
  }

  /** Two administrators who resign at once do so one after the other. */
  async lockAdministrators(tx: Sql): Promise<void> {
    await tx.query(`select pg_advisory_xact_lock(hashtext('sifaka.gateway.administrators'))`);
  }

  async hasActiveAdministrator(tx: Sql): Promise<boolean> {
    const [row] = await tx.query(
      `select 1 from app_user u join user_role m on m.user_id = u.id join role r on r.id = m.role_id where u.active and r.name = 'admin' limit 1`,
    );
    return row !== undefined;
  }

  private async naming<T>(user: { username: string; email: string }, write: () => Promise<T>): Promise<T> {
    try {
      return await write();
    } catch (error) {
      const violation = uniqueViolation(error);
      if (violation?.constraint === 'app_user_username') throw taken('username', user.username, error);
      if (violation?.constraint === 'app_user_email') throw taken('email', user.email, error);
      throw error;
    }
  }
}

function taken(field: string, value: string, cause: unknown): AppError {
  return new AppError('already_exists', `there is a user with the ${field} "${value}" already`, { reason: `user.${field}_taken`, cause });
}

const columns = `
  u.id, u.username, u.email, u.active, u.profile_picture as "profilePicture",
  coalesce((select json_agg(json_build_object('id', r.id, 'name', r.name) order by r.id)
    from user_role m join role r on r.id = m.role_id where m.user_id = u.id), '[]'::json) as roles`;

const table: ListSource = {
  from: 'app_user u',
  select: columns,
  id: 'u.id',
  columns: {
    id: column.integer('u.id'),
    username: column.text('u.username'),
    email: column.text('u.email'),
    active: column.boolean('u.active'),
    profile_picture: nullable(column.text('u.profile_picture')),
    created_at: column.timestamp('u.created_at'),
  },
};
