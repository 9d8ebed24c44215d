import { Inject, Injectable } from '@nestjs/common';
import { reservedRoleNames } from '@sifaka/authz';
import { countRoleUses, roleCreated, type Principal, type RoleRef } from '@sifaka/contracts';
import { Database } from '@sifaka/database';
import { AppError, type Clock } from '@sifaka/kernel';
import { Job, RpcClient, type JobContext, type JobPayload } from '@sifaka/messaging';
import { CLOCK } from '@sifaka/runtime';
import { ChangeLog } from '../audit/change-log.js';
import { roleEvent } from './role-changes.js';
import { RoleReservationRepository } from './role-reservation.repository.js';

export interface WantedRole {
  name: string;
  /** For the case that the role has to be made. */
  description: string;
}

export interface Reservation {
  /** In the order asked. */
  roles: RoleRef[];
  /** Ids of those that exist for this purpose only and wait for `confirm`. */
  pendingIds: number[];
}

/** Longer than the slowest creation may take: after that a reservation nobody confirmed was left by one that failed. */
const reservationMs = 120_000;

/**
 * Makes the roles that an object of another service needs before that object exists.
 *
 * `ensure` before the call, `confirm` after it succeeded; after a failure there is nothing to do. A role that is reserved is
 * seen by nobody. What is left over is swept: the issuer knows whether the object came to be, so neither a crash between the
 * two nor two creations for one owner at once lose a role that is in use or keep one that is not.
 */
@Injectable()
export class RoleReservations {
  constructor(
    private readonly database: Database,
    private readonly reservations: RoleReservationRepository,
    private readonly changes: ChangeLog,
    private readonly rpc: RpcClient,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** The roles of these names, reserved where they do not exist. One statement when all exist. */
  async ensure(wanted: readonly WantedRole[]): Promise<Reservation> {
    for (const { name } of wanted) refuse(name);
    const known = await this.reservations.confirmed(wanted.map(({ name }) => name));
    const missing = wanted.filter(({ name }) => !known.has(name));
    const reserved = missing.length === 0 ? [] : await this.reservations.reserve(missing, this.clock.now());
    // Confirmed by somebody else in between: exists, nothing to confirm.
    const pendingIds = reserved.filter(({ isReserved }) => isReserved).map(({ id }) => id);
    const ids = new Map([...known, ...reserved.map(({ name, id }) => [name, id] as const)]);
    return { roles: wanted.map(({ name }) => ({ id: required(ids.get(name)), name })), pendingIds };
  }

  /** Like `ensure`, for roles that must be new. @throws AppError already_exists when one of them exists. */
  async reserveNew(wanted: readonly WantedRole[]): Promise<Reservation> {
    const [taken] = await this.reservations.confirmed(wanted.map(({ name }) => name)).then((known) => [...known.keys()]);
    if (taken !== undefined)
      throw new AppError('already_exists', `there is a role with the name "${taken}" already`, { reason: 'role.name_taken' });
    return this.ensure(wanted);
  }

  /** From now on the roles are like any other. Takes no time when nothing was reserved. */
  async confirm(pendingIds: readonly number[], principal: Principal): Promise<void> {
    if (pendingIds.length === 0) return;
    await this.database.transaction(async (tx) => {
      const roles = await this.reservations.confirm(tx, pendingIds);
      const changes = roles.map((role) => ({
        action: 'role.created',
        object: { type: 'role', id: role.id, name: role.name },
        details: { description: role.description },
      }));
      await this.changes.record(
        tx,
        principal,
        changes,
        roles.map((role) => roleEvent(roleCreated, role)),
      );
    });
  }

  /** Confirms what is in use and drops the rest; while the issuer cannot say, it stays. */
  @Job('sweep-role-reservations', { cron: '* * * * *', timeLimitMs: 50_000 })
  async sweep(_payload: JobPayload, { signal }: JobContext): Promise<void> {
    const principal: Principal = { kind: 'system', service: 'gateway' };
    const abandonedBefore = new Date(this.clock.now().getTime() - reservationMs);
    for (const id of await this.reservations.abandoned(abandonedBefore)) {
      if (signal.aborted) return;
      const { certificates, authorities } = await this.rpc.call(countRoleUses, { roleId: id }, { principal });
      if (certificates + authorities > 0) await this.confirm([id], principal);
      else await this.reservations.drop(id, abandonedBefore);
    }
  }
}

function refuse(name: string): void {
  if (reservedRoleNames.includes(name.toLowerCase()))
    throw new AppError('invalid_argument', `"${name}" is a reserved name and cannot be a role`, { reason: 'role.reserved_name' });
}

function required(id: number | undefined): number {
  if (id === undefined) throw new AppError('internal', 'internal error');
  return id;
}
