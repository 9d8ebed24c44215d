import { Injectable } from '@nestjs/common';
import type { countRoleUses, OutputOf } from '@sifaka/contracts';
import { Database } from '@sifaka/database';

@Injectable()
export class RoleUses {
  constructor(private readonly database: Database) {}

  /** How many objects name the role, also as the role of their owner. A certificate that is yet to come counts. */
  async count(roleId: number): Promise<OutputOf<typeof countRoleUses>> {
    const [row] = await this.database.query<{ certificates: number; authorities: number }>(
      `select (select count(*)::int from certificate where role_ids @> array[$1::int])
                + (select count(*)::int from pending_certificate where role_ids @> array[$1::int] and state in ('asking', 'waiting', 'failed')) as certificates,
              (select count(*)::int from authority where role_ids @> array[$1::int] or owner_role_id = $1) as authorities`,
      [roleId],
    );
    return row ?? { certificates: 0, authorities: 0 };
  }
}
