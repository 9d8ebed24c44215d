import { Injectable } from '@nestjs/common';
import { resolveDestination, type Ref, type SystemPrincipal } from '@sifaka/contracts';
import { Database } from '@sifaka/database';
import { AppError, isAppError } from '@sifaka/kernel';
import { RpcClient } from '@sifaka/messaging';
import { DnsProviderNames } from '../dns-provider/dns-provider-names.js';
import { RoleRepository } from '../role/role.repository.js';

type Reference = Partial<Ref>;

interface ForeignReferences {
  destinations?: readonly Reference[] | undefined;
  notifications?: readonly Reference[] | undefined;
}

/** Turns the references of a request into ids, or says which of them names nothing. */
@Injectable()
export class ResolveReferences {
  constructor(
    private readonly database: Database,
    private readonly roles: RoleRepository,
    private readonly dnsProviders: DnsProviderNames,
    private readonly rpc: RpcClient,
  ) {}

  async roleIds(refs: readonly Reference[]): Promise<number[]> {
    if (refs.length === 0) return [];
    const found = await this.roles.resolve(this.database, refs, 'roles');
    return [...new Set(found.map(({ id }) => id))];
  }

  async dnsProviderId(ref: Reference | null | undefined): Promise<number | null> {
    if (ref === undefined || ref === null) return null;
    const id = await this.dnsProviders.resolve(ref);
    if (id === null) throw unknown('dnsProvider', 'DNS provider', ref);
    return id;
  }

  /** Certificates are not deployed yet, and notifications are kept by a service that holds none. */
  async refuseForeign({ destinations = [], notifications = [] }: ForeignReferences): Promise<void> {
    const [destination] = destinations;
    if (destination !== undefined) throw (await this.isDestination(destination)) ? undeployable(destination) : unknown('destinations', 'destination', destination);
    if (notifications.length > 0) throw unknown('notifications', 'notification', notifications[0]);
  }

  private async isDestination({ id, name }: Reference): Promise<boolean> {
    const ref = id === undefined ? (name ?? '') : String(id);
    if (ref === '') return false;
    try {
      return (await this.rpc.call(resolveDestination, { ref }, { principal: self })).destinations.length > 0;
    } catch (error) {
      // It is refused either way; only the words are better when the service is there.
      if (isAppError(error) && error.code === 'unavailable') return false;
      throw error;
    }
  }
}

const self: SystemPrincipal = { kind: 'system', service: 'gateway' };

function undeployable(ref: Reference): AppError {
  const detail = `destination ${ref.id ?? JSON.stringify(ref.name ?? '')} exists, but certificates cannot be deployed to destinations yet`;
  return new AppError('invalid_argument', detail, { reason: 'destination.no_deployments', fields: [{ path: 'destinations._schema', message: detail }] });
}

function unknown(field: string, kind: string, ref: Reference | undefined): AppError {
  const detail = `${kind} ${ref?.id ?? JSON.stringify(ref?.name ?? '')} does not exist`;
  return new AppError('invalid_argument', detail, { reason: 'reference.unknown', fields: [{ path: `${field}._schema`, message: detail }] });
}
