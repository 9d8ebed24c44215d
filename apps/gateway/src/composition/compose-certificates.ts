import { Injectable } from '@nestjs/common';
import type { CertificateRecord, CertificateView } from '@sifaka/contracts';
import { RoleRepository } from '../role/role.repository.js';
import { UserRepository } from '../user/user.repository.js';

/**
 * Puts users and roles into certificates: one query each for any number of them.
 *
 * Destinations, notifications, endpoints and DNS providers belong to services that keep none yet: their keys are there, empty.
 */
@Injectable()
export class ComposeCertificates {
  constructor(
    private readonly users: UserRepository,
    private readonly roles: RoleRepository,
  ) {}

  async views(records: readonly CertificateRecord[]): Promise<CertificateView[]> {
    const [users, roles] = await Promise.all([
      this.users.nested(records.flatMap(({ userId }) => userId ?? [])),
      this.roles.nested(records.flatMap(({ roleIds }) => roleIds)),
    ]);
    return records.map(({ userId, roleIds, ...record }) => ({
      ...record,
      user: userId === null ? null : (users.get(userId) ?? null),
      roles: roleIds.flatMap((id) => roles.get(id) ?? []),
      destinations: [],
      notifications: [],
      endpoints: [],
      dnsProvider: null,
      dnsProviderId: null,
    }));
  }

  async view(record: CertificateRecord): Promise<CertificateView> {
    const [view] = await this.views([record]);
    if (view === undefined) throw new Error('one record composes to one view');
    return view;
  }
}
