import { describe, expect, it } from '@jest/globals';
import type { AcmeConfig } from '../acme.config.js';
import type { DnsProviderRepository } from './dns-provider.repository.js';
import { PlaceChallenge } from './place-challenge.js';
import type { RefreshZones } from './refresh-zones.js';
import type { Resolvers } from './resolvers.js';

describe('the place of a challenge record', () => {
  it('is not looked for in DNS where there is no DNS provider', async () => {
    const providers = { all: () => Promise.resolve([]), details: () => Promise.resolve([]), servingAnyOf: () => Promise.resolve([]), byId: () => Promise.resolve(undefined) };
    const asked: string[] = [];
    const resolvers = {
      cnameOf: (name: string) => {
        asked.push(name);
        return Promise.resolve(null);
      },
    };
    const zones = { lookFor: () => Promise.resolve(false) };
    const config = { enableDelegatedCname: true };
    const placing = new PlaceChallenge(
      providers as unknown as DnsProviderRepository,
      resolvers as unknown as Resolvers,
      zones as unknown as RefreshZones,
      config as unknown as AcmeConfig,
    );
    await expect(placing.run('www.corp.test', null)).rejects.toMatchObject({ code: 'failed_precondition', reason: 'dns.no_provider', message: 'no DNS provider for "www.corp.test": there is no DNS provider' });
    expect(asked).toEqual([]);
  });
});
