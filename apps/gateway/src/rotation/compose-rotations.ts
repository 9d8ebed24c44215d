import { Injectable } from '@nestjs/common';
import type { RotationAnswer, RotationRecord, RotationsView, RotationView } from '@sifaka/contracts';
import { UserRepository } from '../user/user.repository.js';

/** Puts users into rotations: one query for any number of them. */
@Injectable()
export class ComposeRotations {
  constructor(private readonly users: UserRepository) {}

  async views(records: readonly RotationRecord[]): Promise<RotationView[]> {
    const users = await this.users.nested(records.flatMap(({ userId }) => userId ?? []));
    return records.map(({ userId, ...record }) => ({ ...record, user: userId === null ? null : (users.get(userId) ?? null) }));
  }

  async view(record: RotationRecord): Promise<RotationView> {
    const [view] = await this.views([record]);
    if (view === undefined) throw new Error('one record composes to one view');
    return view;
  }

  async answer({ rotations, refused }: RotationAnswer): Promise<RotationsView> {
    return { rotations: await this.views(rotations), refused };
  }
}
