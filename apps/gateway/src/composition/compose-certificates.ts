import { Injectable } from '@nestjs/common';
import type { CertificateRecord, CertificateView } from '@sifaka/contracts';
import { Attachments } from '../attachment/attachments.js';
import { DnsProviderNames } from '../dns-provider/dns-provider-names.js';
import { Notifications } from '../notification/notifications.js';
import { RoleRepository } from '../role/role.repository.js';
import { UserRepository } from '../user/user.repository.js';

/** Puts users, roles, DNS providers, destinations, notifications and endpoints into certificates: one query each for any number of them. */
@Injectable()
export class ComposeCertificates {
  constructor(
    private readonly users: UserRepository,
    private readonly roles: RoleRepository,
    private readonly dnsProviders: DnsProviderNames,
    private readonly attachments: Attachments,
    private readonly notifications: Notifications,
  ) {}

  async views(records: readonly CertificateRecord[]): Promise<CertificateView[]> {
    const ids = records.map(({ id }) => id);
    const [users, roles, dnsProviders, destinations, endpoints, notifications] = await Promise.all([
      this.users.nested(records.flatMap(({ userId }) => userId ?? [])),
      this.roles.nested(records.flatMap(({ roleIds }) => roleIds)),
      this.dnsProviders.nested(records.flatMap(({ dnsProviderId }) => dnsProviderId ?? [])),
      this.attachments.destinationsOf(ids),
      this.attachments.endpointsOf(ids),
      this.notifications.of(ids),
    ]);
    return records.map(({ userId, roleIds, dnsProviderId, ...record }) => ({
      ...record,
      user: userId === null ? null : (users.get(userId) ?? null),
      roles: roleIds.flatMap((id) => roles.get(id) ?? []),
      destinations: [...(destinations.get(record.id) ?? [])],
      notifications: [...(notifications.get(record.id) ?? [])],
      endpoints: [...(endpoints.get(record.id) ?? [])],
      dnsProvider: dnsProviderId === null ? null : (dnsProviders?.get(dnsProviderId) ?? null),
      // One that was deleted is let go of; one that nobody can be asked about is not.
      dnsProviderId: dnsProviderId === null || dnsProviders?.has(dnsProviderId) === false ? null : dnsProviderId,
    }));
  }

  async view(record: CertificateRecord): Promise<CertificateView> {
    const [view] = await this.views([record]);
    if (view === undefined) throw new Error('one record composes to one view');
    return view;
  }
}
