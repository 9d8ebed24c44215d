import { describe, expect, it } from '@jest/globals';
import type { CertificateRecord } from '@sifaka/contracts';
import type { Attachments } from '../attachment/attachments.js';
import type { DnsProviderNames } from '../dns-provider/dns-provider-names.js';
import type { Notifications } from '../notification/notifications.js';
import type { RoleRepository } from '../role/role.repository.js';
import type { UserRepository } from '../user/user.repository.js';
import { ComposeCertificates } from './compose-certificates.js';

const nothing = { nested: () => Promise.resolve(new Map()) };

/** @param known null while the service that keeps them is away */
function composing(known: [number, string][] | null) {
  const asked: number[][] = [];
  const names = {
    nested: (ids: number[]) => {
      asked.push(ids);
      return Promise.resolve(known === null ? null : new Map(known.map(([id, name]) => [id, { id, name, providerType: 'route53' }])));
    },
  };
  const noWhere = { destinationsOf: () => Promise.resolve(new Map()), endpointsOf: () => Promise.resolve(new Map()) };
  const compose = new ComposeCertificates(
    nothing as unknown as UserRepository,
    nothing as unknown as RoleRepository,
    names as unknown as DnsProviderNames,
    noWhere as unknown as Attachments,
    { of: () => Promise.resolve(new Map()) } as unknown as Notifications,
  );
  return { asked, compose };
}

const aRecord = (dnsProviderId: number | null) => ({ dnsProviderId, userId: null, roleIds: [] }) as unknown as CertificateRecord;

describe('the DNS provider of a certificate', () => {
  it('is read for all certificates of a list at once', async () => {
    const { asked, compose } = composing([[4, 'r53']]);
    const views = await compose.views([aRecord(4), aRecord(null), aRecord(4)]);
    expect(asked).toEqual([[4, 4]]);
    expect(views.map(({ dnsProvider, dnsProviderId }) => [dnsProvider?.name ?? null, dnsProviderId])).toEqual([
      ['r53', 4],
      [null, null],
      ['r53', 4],
    ]);
  });

  it('is let go of when it was deleted', async () => {
    expect(await composing([]).compose.view(aRecord(4))).toMatchObject({ dnsProvider: null, dnsProviderId: null });
  });

  it('keeps its id while nobody can be asked for its name', async () => {
    expect(await composing(null).compose.view(aRecord(4))).toMatchObject({ dnsProvider: null, dnsProviderId: 4 });
  });
});
