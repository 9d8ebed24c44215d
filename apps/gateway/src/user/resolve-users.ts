import { Injectable } from '@nestjs/common';
import type { NestedUser } from '@sifaka/contracts';
import type { Sql } from '@sifaka/database';
import { AppError } from '@sifaka/kernel';
import { UserRepository, type UserRef } from './user.repository.js';

@Injectable()
export class ResolveUsers {
  constructor(private readonly users: UserRepository) {}

  /**
   * The users that references name, each once.
   * @throws AppError invalid_argument on `field`, naming the first that is missing.
   */
  async run(sql: Sql, refs: readonly UserRef[], field: string): Promise<NestedUser[]> {
    if (refs.length === 0) return [];
    const found = await this.users.resolve(sql, refs);
    const index = found.indexOf(null);
    if (index === -1) return [...new Map(found.flatMap((user) => (user === null ? [] : [[user.id, user] as const]))).values()];
    const ref = refs[index];
    const message = `there is no user with ${ref?.id === undefined ? `the username "${ref?.name ?? ''}"` : `the id ${ref.id}`}`;
    throw new AppError('invalid_argument', message, { reason: 'user.unknown', fields: [{ path: `${field}._schema`, message }] });
  }
}
