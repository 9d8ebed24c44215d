import { Injectable } from '@nestjs/common';
import type { PendingCertificateAnswer, PendingCertificateRecord, PendingCertificateView } from '@sifaka/contracts';
import { Attachments } from '../attachment/attachments.js';
import { DnsProviderNames } from '../dns-provider/dns-provider-names.js';
import { Notifications } from '../notification/notifications.js';
import { RoleRepository } from '../role/role.repository.js';
import { UserRepository } from '../user/user.repository.js';

/** Puts users, roles, DNS providers, destinations and notifications into pending certificates: one query each for any number of them. */
@Injectable()
export class ComposePendingCertificates {
  constructor(
    private readonly users: UserRepository,
    private readonly roles: RoleRepository,
    private readonly dnsProviders: DnsProviderNames,
    private readonly attachments: Attachments,
    private readonly notifications: Notifications,
  ) {}

  async views(records: readonly PendingCertificateRecord[]): Promise<PendingCertificateView[]> {
    const [users, roles, dnsProviders, destinations, notifications] = await Promise.all([
      this.users.nested(records.flatMap(({ userId }) => userId ?? [])),
      this.roles.nested(records.flatMap(({ roleIds }) => roleIds)),
      this.dnsProviders.nested(records.flatMap(({ dnsProviderId }) => dnsProviderId ?? [])),
      this.attachments.byId(records.flatMap(({ destinationIds }) => destinationIds)),
      this.notifications.byId(records.flatMap(({ notificationIds }) => notificationIds)),
    ]);
    return records.map(({ userId, roleIds, destinationIds, notificationIds, ...record }) => ({
      ...record,
      user: userId === null ? null : (users.get(userId) ?? null),
      roles: roleIds.flatMap((id) => roles.get(id) ?? []),
      destinations: destinationIds.flatMap((id) => destinations.get(id) ?? []),
      notifications: notificationIds.flatMap((id) => notifications.get(id) ?? []),
      dnsProvider: record.dnsProviderId === null ? null : (dnsProviders?.get(record.dnsProviderId) ?? null),
    }));
  }

  async view(record: PendingCertificateRecord): Promise<PendingCertificateView> {
    const [view] = await this.views([record]);
    if (view === undefined) throw new Error('one record composes to one view');
    return view;
  }
}

/** As a request for a certificate is answered: with the keys of a certificate (rest-api §6.3), and none that one does not have. */
export function asAnswer(view: PendingCertificateView): PendingCertificateAnswer {
  const { state: _state, settledBy: _by, numberAttempts: _attempts, lastError: _error, nextTryAt: _next, until: _until, hasPrivateKey: _key, ...rest } = view;
  const { names: _names, lastUpdated: _updated, dnsProvider: _provider, ...answer } = rest;
  return answer;
}
