import { Injectable } from '@nestjs/common';
import { findDnsProviders, resolveDnsProvider, type NestedDnsProvider, type Ref, type SystemPrincipal } from '@sifaka/contracts';
import { RpcClient } from '@sifaka/messaging';
import type { z } from 'zod';
import { Lookup } from '../composition/lookup.js';
import { inParts } from '../listing/in-parts.js';
import { whileAway } from '../listing/while-away.js';

type Nested = z.output<typeof NestedDnsProvider>;

const self: SystemPrincipal = { kind: 'system', service: 'gateway' };

/** DNS providers as other objects refer to them. */
@Injectable()
export class DnsProviderNames {
  private readonly lookup = new Lookup<number, Nested>((ids) => this.read(ids));

  constructor(private readonly rpc: RpcClient) {}

  /** Those that exist; null while acme-svc is away: a list of certificates does not wait for the names of their DNS providers. */
  nested(ids: readonly number[]): Promise<ReadonlyMap<number, Nested> | null> {
    return whileAway(this.lookup.find(ids), null);
  }

  async resolve(ref: Ref): Promise<number | null> {
    return (await this.rpc.call(resolveDnsProvider, { ref }, { principal: self })).id;
  }

  private async read(ids: number[]): Promise<ReadonlyMap<number, Nested>> {
    const found = await inParts(ids, maxIds, async (part) => (await this.rpc.call(findDnsProviders, { ids: part }, { principal: self })).providers);
    return new Map(found.map(({ id, name, type }) => [id, { id, name, providerType: type }]));
  }
}

const maxIds = 1_000;
