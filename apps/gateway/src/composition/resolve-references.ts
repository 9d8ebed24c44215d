import { Injectable } from '@nestjs/common';
import type { Ref } from '@sifaka/contracts';
import { Database } from '@sifaka/database';
import { AppError } from '@sifaka/kernel';
import { DnsProviderNames } from '../dns-provider/dns-provider-names.js';
import { RoleRepository } from '../role/role.repository.js';

type Reference = Partial<Ref>;

/** Turns the references of a request into ids, or says which of them names nothing. */
@Injectable()
export class ResolveReferences {
  constructor(
    private readonly database: Database,
    private readonly roles: RoleRepository,
    private readonly dnsProviders: DnsProviderNames,
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
}

function unknown(field: string, kind: string, ref: Reference): AppError {
  const detail = `${kind} ${ref.id ?? JSON.stringify(ref.name ?? '')} does not exist`;
  return new AppError('invalid_argument', detail, { reason: 'reference.unknown', fields: [{ path: `${field}._schema`, message: detail }] });
}
