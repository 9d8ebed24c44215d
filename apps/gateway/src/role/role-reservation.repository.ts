import { Injectable } from '@nestjs/common';
import { Database, type Sql } from '@sifaka/database';
import { Lookup } from '../composition/lookup.js';

interface ReservedRole {
  id: number;
  name: string;
  /** False when the role exists for good. */
  isReserved: boolean;
}

@Injectable()
export class RoleReservationRepository {
  private readonly confirmedIds: Lookup<string, number>;

  constructor(private readonly database: Database) {
    this.confirmedIds = new Lookup(async (names) => {
      const text = 'select id, name from role where name in (select unnest($1::text[])) and reserved_at is null';
      const rows = await database.query<{ id: number; name: string }>({ name: 'role-confirmed', text, values: [names] });
      return new Map(rows.map(({ id, name }) => [name, id]));
    });
  }

  /** Roles that exist for good, by name. */
  confirmed(names: readonly string[]): Promise<ReadonlyMap<string, number>> {
    return this.confirmedIds.find(names);
  }

  /** Each reservation starts anew the time after which it counts as abandoned. Sorted: two requests lock in one order. */
  reserve(roles: readonly { name: string; description: string }[], at: Date): Promise<ReservedRole[]> {
    return this.database.query<ReservedRole>(
      `insert into role (name, description, reserved_at)
       select distinct on (name) name, description, $3::timestamptz from unnest($1::text[], $2::text[]) as wanted (name, description) order by name
       on conflict (name) do update set reserved_at = case when role.reserved_at is null then null else excluded.reserved_at end
       returning id, name, reserved_at is not null as "isReserved"`,
      [roles.map(({ name }) => name), roles.map(({ description }) => description), at],
    );
  }

  /** The roles that this call confirmed; those that are confirmed already are not among them. */
  confirm(tx: Sql, ids: readonly number[]): Promise<{ id: number; name: string; description: string | null }[]> {
    return tx.query(
      'update role set reserved_at = null where id = any($1::int[]) and reserved_at is not null returning id, name, description',
      [ids],
    );
  }

  async abandoned(before: Date): Promise<number[]> {
    const rows = await this.database.query<{ id: number }>('select id from role where reserved_at < $1 order by reserved_at limit 200', [
      before,
    ]);
    return rows.map(({ id }) => id);
  }

  /** Leaves it alone when somebody reserved it again since. */
  async drop(id: number, before: Date): Promise<void> {
    await this.database.query('delete from role where id = $1 and reserved_at < $2', [id, before]);
  }
}
