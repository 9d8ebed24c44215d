import { Inject, Injectable } from '@nestjs/common';
import type { Clock } from '@sifaka/kernel';
import { authorityCreated, type AuthorityRecord, type Principal } from '@sifaka/contracts';
import { auditEntry, newEvent } from '@sifaka/messaging';
import { measure } from '@sifaka/observability';
import type { StoredOption } from '@sifaka/plugin-host';
import type { CertificateFormat } from '@sifaka/plugin-sdk';
import { CLOCK } from '@sifaka/runtime';
import { CertificateInserter } from '../certificate/certificate-inserter.js';
import { readAuthority } from '../certificate/format.js';
import { ChainRepository } from '../certificate/chain.repository.js';
import { AuthorityReader } from '../listing/authority-reader.js';
import { hostFacts } from '../plugins/host-options.js';
import { AuthorityOptions } from './authority-options.js';
import { AuthorityRepository } from './authority.repository.js';

/** An authority whose certificate is there. */
export interface Foundation {
  name: string;
  owner: string;
  ownerRoleId: number;
  roleIds: number[];
  description: string | null;
  pluginSlug: string;
  /** With references in place of secrets. */
  options: readonly StoredOption[] | null;
  parentId: number | null;
  format: CertificateFormat;
  /** As asked for; an SSH authority has no certificate to say so. */
  commonName: string | null;
  notBefore: Date;
  notAfter: Date;
  /** Of an SSH authority its public key. */
  certificateDer: Uint8Array;
  /** Above the certificate: its issuer first, the root last. */
  chainDer: readonly Uint8Array[];
  keyId: string | null;
  externalId: string | null;
  door: 'authority' | 'imported';
  storeBefore: Date;
  principal: Principal;
}

/** Stores an authority and its certificate, both or neither (AU-4). */
@Injectable()
export class FoundAuthority {
  constructor(
    private readonly authorities: AuthorityRepository,
    private readonly chains: ChainRepository,
    private readonly inserter: CertificateInserter,
    private readonly reader: AuthorityReader,
    private readonly options: AuthorityOptions,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async add(foundation: Foundation): Promise<AuthorityRecord> {
    const id = await this.store(foundation).catch(async (error: unknown) => {
      await this.options.discard(foundation.options);
      throw error;
    });
    if (foundation.door === 'authority') measure.count('authority_created', { owner: foundation.owner });
    const [record] = await this.reader.records([id]);
    if (record === undefined) throw new Error('a stored authority was not found');
    return record;
  }

  private async store(foundation: Foundation): Promise<number> {
    const ownChainId = await this.chains.idOf(foundation.chainDer);
    const chainId = (await this.chains.idOf([foundation.certificateDer, ...foundation.chainDer])) ?? 0;
    const at = this.clock.now();
    return this.authorities.transaction(async (tx) => {
      const ids = await this.authorities.drawIds(tx);
      await this.inserter.insert(tx, [{ door: foundation.door, certificate: certificateOf(foundation, ids.authority, ownChainId, at) }], [ids.certificate]);
      const { options, principal } = foundation;
      const userId = principal.kind === 'user' ? principal.userId : null;
      const told = { entry: auditOf(foundation, ids.authority, at), event: eventOf(foundation, ids.authority, ids.certificate, at) };
      await this.authorities.add(tx, { ...foundation, ...hostFacts(options), id: ids.authority, certificateId: ids.certificate, chainId, userId }, told);
      return ids.authority;
    });
  }
}

function certificateOf(foundation: Foundation, authorityId: number, chainId: number | null, at: Date) {
  const { owner, ownerRoleId, roleIds, description, keyId, externalId, name, storeBefore, principal } = foundation;
  return {
    facts: readAuthority(foundation.format, foundation.certificateDer, foundation),
    chainId,
    csrDer: null,
    keyId,
    externalId,
    owner,
    ownerRoleId,
    roleIds,
    description,
    notify: true,
    rotation: false,
    rotationPolicy: null,
    name,
    authorityId: null,
    rootAuthorityId: authorityId,
    replaces: [],
    request: null,
    storeBefore,
    principal,
    at,
  };
}

function auditOf({ name, owner, pluginSlug, parentId, door, principal }: Foundation, id: number, at: Date) {
  const action = door === 'imported' ? 'authority.imported' : 'authority.created';
  return auditEntry(principal, { at, service: 'issuer', action, object: { type: 'authority', id, name }, details: { owner, issuer: pluginSlug, parentId } });
}

function eventOf({ name, owner, pluginSlug, parentId, roleIds }: Foundation, id: number, certificateId: number, at: Date) {
  return newEvent(authorityCreated, { id, name, owner, active: true, issuer: pluginSlug, certificateId, parentId, roleIds }, { subject: String(id), at });
}
