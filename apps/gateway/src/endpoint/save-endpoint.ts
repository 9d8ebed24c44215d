import { Injectable } from '@nestjs/common';
import {
  createEndpoint,
  getEndpoint,
  updateEndpoint,
  type createEndpointOperation,
  type EndpointRecord,
  type InputOf,
  type RequestFor,
  type UserPrincipal,
} from '@sifaka/contracts';
import { RpcClient } from '@sifaka/messaging';
import { OwnerRole } from '../composition/owner-role.js';
import { EndpointReferences } from './endpoint-references.js';

type EndpointBody = RequestFor<typeof createEndpointOperation>['body'];
type Settings = Omit<InputOf<typeof createEndpoint>, 'ownerRoleId'>;

/** Endpoints made or changed by hand: what they refer to is looked up, and the role of their owner made ready. */
@Injectable()
export class SaveEndpoint {
  constructor(
    private readonly rpc: RpcClient,
    private readonly references: EndpointReferences,
    private readonly ownerRole: OwnerRole,
  ) {}

  async create(body: EndpointBody, principal: UserPrincipal): Promise<EndpointRecord> {
    const settings = await this.settings(body, { owner: principal.email, active: true, expectedCertificateId: null });
    const ownerRoleId = await this.ownerRole.before(settings.owner, principal);
    return this.rpc.call(createEndpoint, { ...settings, ownerRoleId }, { principal });
  }

  /** Who may do that is for discovery-svc to say: the role of a new owner stays out of sight until it has. */
  async update(id: number, body: EndpointBody, principal: UserPrincipal): Promise<EndpointRecord> {
    const before = await this.rpc.call(getEndpoint, { id }, { principal });
    const settings = await this.settings(body, { ...before, owner: before.owner ?? principal.email });
    return this.ownerRole.during(settings.owner, principal, (ownerRoleId) => this.rpc.call(updateEndpoint, { id, ...settings, ownerRoleId }, { principal }));
  }

  private async settings({ certificate, destination, startTls, serverName, owner, active, ...rest }: EndpointBody, before: Pick<Settings, 'owner' | 'active' | 'expectedCertificateId'>): Promise<Settings> {
    const [expected, destinationId] = await Promise.all([this.references.certificateId(certificate), this.references.destinationId(destination)]);
    const expectedCertificateId = certificate === undefined ? before.expectedCertificateId : expected;
    return { ...rest, owner: owner ?? before.owner, active: active ?? before.active, startTls: startTls ?? null, serverName: serverName ?? null, expectedCertificateId, destinationId };
  }
}
