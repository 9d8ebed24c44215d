import { Injectable } from '@nestjs/common';
import type { Principal } from '@sifaka/contracts';
import { RoleReservations, type Reservation } from '../role/role-reservations.js';

export interface AuthorityRoles {
  ownerRoleId: number;
  adminRoleId: number;
  operatorRoleId: number;
}

/** Does work in another service that needs roles: they are made ready before, and become visible after it succeeded. */
@Injectable()
export class OwnerRole {
  constructor(private readonly reservations: RoleReservations) {}

  /** Every owner has a role of the same name (domain-rules CE-4). */
  async during<T>(owner: string, principal: Principal, work: (ownerRoleId: number) => Promise<T>): Promise<T> {
    const reservation = await this.reservations.ensure([ownerRole(owner)]);
    const [ownerRoleId] = idsOf(reservation);
    const result = await work(ownerRoleId);
    await this.reservations.confirm(reservation.pendingIds, principal);
    return result;
  }

  /**
   * For services that are never asked which roles they use, so that a role out of sight would be swept after a crash: it is visible before
   * the work. Only for work that the caller may do.
   */
  async before(owner: string, principal: Principal): Promise<number> {
    return this.during(owner, principal, (ownerRoleId) => Promise.resolve(ownerRoleId));
  }

  /** An authority brings `<name>_admin` and `<name>_operator`, which must be new, besides the role of its owner. */
  async duringNewAuthority<T>(name: string, owner: string, principal: Principal, work: (roles: AuthorityRoles) => Promise<T>): Promise<T> {
    const own = await this.reservations.reserveNew([
      { name: `${name}_admin`, description: `Administrators of authority ${name}` },
      { name: `${name}_operator`, description: `Operators of authority ${name}` },
    ]);
    const [adminRoleId, operatorRoleId] = idsOf(own);
    const result = await this.during(owner, principal, (ownerRoleId) => work({ ownerRoleId, adminRoleId, operatorRoleId }));
    await this.reservations.confirm(own.pendingIds, principal);
    return result;
  }
}

const ownerRole = (owner: string) => ({ name: owner, description: `Owner ${owner}` });

function idsOf({ roles }: Reservation): [number, number] {
  return [roles[0]?.id ?? 0, roles[1]?.id ?? 0];
}
