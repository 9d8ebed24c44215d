import { Injectable } from '@nestjs/common';
import { Database, type Sql } from '@sifaka/database';
import { AppError } from '@sifaka/kernel';
import { UserRepository } from './user.repository.js';

/** Keeps the last way in: after any change of users or roles somebody active is still administrator. */
@Injectable()
export class AdministratorGuard {
  constructor(
    private readonly database: Database,
    private readonly users: UserRepository,
  ) {}

  /** Runs a change in a transaction. @throws AppError conflict when it would leave no active administrator. */
  keepOne<T>(change: (tx: Sql) => Promise<T>): Promise<T> {
    return this.database.transaction(async (tx) => {
      await this.users.lockAdministrators(tx);
      const hadOne = await this.users.hasActiveAdministrator(tx);
      const result = await change(tx);
      if (hadOne && !(await this.users.hasActiveAdministrator(tx))) {
        throw new AppError(
          'conflict',
          'that would leave nobody who is active and has the role admin: make someone else administrator first',
          {
            reason: 'user.last_administrator',
          },
        );
      }
      return result;
    });
  }
}
