import { Inject, Injectable } from '@nestjs/common';
import { accessRulesOf, holdsRoleOf, isAdmin, passesRoleGate, type AccessRules } from '@sifaka/authz';
import type { createEndpoint, deleteEndpoint, InputOf, Principal, updateEndpoint } from '@sifaka/contracts';
import { Database } from '@sifaka/database';
import { AppError } from '@sifaka/kernel';
import { Jobs } from '@sifaka/messaging';
import { CONFIG } from '@sifaka/runtime';
import type { DiscoveryConfig } from '../discovery.config.js';
import { dnsNameOf } from '../sync/endpoint-shape.js';
import { checkDueEndpoints } from './check-job.js';
import type { EndpointRow } from './endpoint-row.js';
import { EndpointTrail } from './endpoint-trail.js';
import { EndpointWriter } from './endpoint-writer.js';
import { EndpointRepository, noSuchEndpoint, type ManualEndpoint } from './endpoint.repository.js';

type Input = InputOf<typeof createEndpoint>;

/** Endpoints made, changed and deleted by people: administrators, and whoever holds the role of an endpoint's owner. */
@Injectable()
export class SaveEndpoint {
  private readonly rules: AccessRules;

  constructor(
    private readonly database: Database,
    private readonly endpoints: EndpointRepository,
    private readonly writer: EndpointWriter,
    private readonly trail: EndpointTrail,
    private readonly jobs: Jobs,
    @Inject(CONFIG) config: DiscoveryConfig,
  ) {
    this.rules = accessRulesOf(config);
  }

  async create(input: Input, principal: Principal): Promise<number> {
    if (!passesRoleGate(principal, this.rules)) throw refused(principal, 'create endpoints', this.rules.strictRoles ? 'role admin or operator' : 'a caller without role read-only');
    assertMayName(principal, input.destinationId, null);
    const id = await this.database.transaction(async (tx) => {
      const made = await this.endpoints.insert(tx, manual(input, isAdmin(principal)));
      await this.writer.setAliases(tx, made, aliasesOf(input));
      await this.trail.record(tx, principal, 'created', made);
      return made;
    });
    await this.jobs.runNow(checkDueEndpoints);
    return id;
  }

  async update(input: InputOf<typeof updateEndpoint>, principal: Principal): Promise<void> {
    await this.database.transaction(async (tx) => {
      const row = await this.endpoints.lock(tx, input.id);
      if (row === undefined) throw noSuchEndpoint(input.id);
      assertMayChange(principal, row, 'change');
      const isByHand = row.is_manual && row.source_id === null;
      const given = manual(input, isAdmin(principal) || (row.is_reached_inside && isSamePlace(input, row)));
      if (isByHand) assertMayName(principal, input.destinationId, row.destination_id);
      if (isByHand && input.destinationId !== null && !isSamePlace(input, row)) assertMayName(principal, input.destinationId, null);
      const wanted = isByHand ? given : { ...row, active: input.active, owner: input.owner, owner_role_id: input.ownerRoleId, expected_certificate_id: input.expectedCertificateId };
      await this.endpoints.update(tx, input.id, wanted);
      if (isByHand) await this.writer.setAliases(tx, input.id, aliasesOf(input));
      await this.trail.record(tx, principal, 'updated', input.id);
    });
    await this.jobs.runNow(checkDueEndpoints);
  }

  /** One that is not there counts as deleted. */
  async delete({ id }: InputOf<typeof deleteEndpoint>, principal: Principal): Promise<{ isDeleted: boolean }> {
    return this.database.transaction(async (tx) => {
      const row = await this.endpoints.lock(tx, id);
      if (row === undefined) {
        if (!passesRoleGate(principal, this.rules)) throw refused(principal, 'delete endpoints', 'a caller who may write');
        return { isDeleted: false };
      }
      assertMayChange(principal, row, 'delete');
      await this.trail.record(tx, principal, 'deleted', id);
      await this.endpoints.delete(tx, id);
      return { isDeleted: true };
    });
  }
}

/** @throws AppError `permission_denied` */
export function assertMayChange(principal: Principal, { name, owner, owner_role_id: roleId }: EndpointRow, verb: string): void {
  if (isAdmin(principal) || (roleId !== null && holdsRoleOf(principal, { roleIds: [roleId] }))) return;
  throw refused(principal, `${verb} endpoint "${name}"`, owner === null ? 'role admin' : `role admin or the role of its owner ${owner}`);
}

/**
 * A rotation puts certificates with their keys to the destination that an endpoint names: whoever names it, or says where an endpoint with
 * a destination is, decides who gets them.
 *
 * @throws AppError `permission_denied`
 */
function assertMayName(principal: Principal, destinationId: number | null, before: number | null): void {
  if (destinationId === null || destinationId === before || isAdmin(principal)) return;
  throw refused(principal, 'name the destination that an endpoint serves', 'role admin');
}

const refused = (principal: Principal, what: string, needs: string): AppError =>
  new AppError('permission_denied', `${principal.kind === 'user' ? principal.username : principal.service} may not ${what}: needs ${needs}`, { reason: 'authz.endpoint_write' });

const serverNameOf = ({ serverName }: Input): string | null => (serverName === null || serverName === '' ? null : dnsNameOf(serverName));

/** It is asked where and as it was before. */
const isSamePlace = (input: Input, row: EndpointRow): boolean =>
  dnsNameOf(input.dnsname) === row.dnsname && input.port === row.port && serverNameOf(input) === row.server_name && input.startTls === row.start_tls;

/** @param isReachedInside it may have an address that is not public */
const manual = (input: Input, isReachedInside: boolean): ManualEndpoint => ({
  name: input.name,
  dnsname: dnsNameOf(input.dnsname),
  port: input.port,
  type: input.type,
  active: input.active,
  owner: input.owner,
  owner_role_id: input.ownerRoleId,
  start_tls: input.startTls,
  server_name: serverNameOf(input),
  expected_certificate_id: input.expectedCertificateId,
  destination_id: input.destinationId,
  is_reached_inside: isReachedInside,
});

const aliasesOf = ({ dnsAliases }: Input): string[] => [...new Set(dnsAliases.map(dnsNameOf))].filter((alias) => alias !== '').sort();
