import { Injectable } from '@nestjs/common';
import { findDnsProviders, resolveDnsProvider, type NestedDnsProvider, type OutputOf, type Ref, type SystemPrincipal } from '@sifaka/contracts';
import { isAppError } from '@sifaka/kernel';
import { RpcClient } from '@sifaka/messaging';
import type { z } from 'zod';
import { Lookup } from '../composition/lookup.js';

type Nested = z.output<typeof NestedDnsProvider>;

const self: SystemPrincipal = { kind: 'system', service: 'gateway' };

/** DNS providers as other objects refer to them. */
@Injectable()
export class DnsProviderNames {
  private readonly lookup = new Lookup<number, Nested>((ids) => this.read(ids));

  constructor(private readonly rpc: RpcClient) {}

  /** Those that exist; null while acme-svc is away: a list of certificates does not wait for the names of their DNS providers. */
  async nested(ids: readonly number[]): Promise<ReadonlyMap<number, Nested> | null> {
    try {
      return await this.lookup.find(ids);
    } catch (error) {
      if (isAppError(error) && error.code === 'unavailable') return null;
      throw error;
    }
  }

  async resolve(ref: Ref): Promise<number | null> {
    return (await this.rpc.call(resolveDnsProvider, { ref }, { principal: self })).id;
  }

  private async read(ids: number[]): Promise<ReadonlyMap<number, Nested>> {
    const found = new Map<number, Nested>();
    for (let from = 0; from < ids.length; from += maxIds) {
      const { providers }: OutputOf<typeof findDnsProviders> = await this.rpc.call(findDnsProviders, { ids: ids.slice(from, from + maxIds) }, { principal: self });
      for (const { id, name, type } of providers) found.set(id, { id, name, providerType: type });
    }
    return found;
  }
}

const maxIds = 1_000;
