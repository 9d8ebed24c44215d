import { Controller } from '@nestjs/common';
import {
  attachDestinations,
  findAttachments,
  getDeployment,
  getRotation,
  listDeployments,
  listRotations,
  resolveAttachments,
  retryDeployment,
  retryRotation,
  setDestinations,
  startRotation,
  type DeploymentRecord,
  type DestinationRecord,
  type InputOf,
  type RotationRecord,
} from '@sifaka/contracts';
import { AppError, type FieldError } from '@sifaka/kernel';
import { Handles, type CallContext } from '@sifaka/messaging';
import { at } from './records.js';

/** What deploy-svc was asked, and what it keeps. */
export const deployWorld = {
  destinations: new Map<number, DestinationRecord>(),
  deployments: new Map<number, DeploymentRecord>(),
  inputs: new Array<unknown>(),
  /** Fails attaching and setting, as a service that was stopped meanwhile. */
  isAwayForWrites: false,
};

export const aDeploymentRecord = (own: Partial<DeploymentRecord> & Pick<DeploymentRecord, 'id' | 'certificateId' | 'destinationId'>): DeploymentRecord => ({
  destinationLabel: `destination-${own.destinationId}`,
  plugin: 'sftp-destination',
  state: 'pending',
  wanted: 'deployed',
  fingerprint: 'ab'.repeat(32),
  externalId: null,
  attempts: 0,
  lastError: null,
  nextTryAt: null,
  isRolledBack: false,
  proofs: [],
  note: null,
  requestedAt: at,
  deployedAt: null,
  removedAt: null,
  updatedAt: at,
  ...own,
});

export const aRotationRecord = (own: Partial<RotationRecord>): RotationRecord => ({
  id: 4,
  endpoint: { id: 5, name: 'shop-elb', dnsname: 'shop-1.elb.test', port: 443, type: 'elb' },
  oldCertificate: { id: 1, name: 'old' },
  newCertificate: { id: 2, name: 'new' },
  state: 'pending',
  steps: [],
  removesOld: false,
  attempts: 0,
  lastError: null,
  nextTryAt: null,
  requestedAt: at,
  finishedAt: null,
  userId: null,
  ...own,
});

const userOf = ({ principal }: CallContext): number | null => (principal.kind === 'user' ? principal.userId : null);

@Controller()
export class DeploymentStandIn {
  private last = 0;

  @Handles(resolveAttachments)
  resolve({ refs, hasPrivateKey, format }: InputOf<typeof resolveAttachments>) {
    const fields: FieldError[] = [];
    const found = refs.flatMap((ref, index) => {
      const meant = [...deployWorld.destinations.values()].filter(({ id, label }) => (ref.id === undefined ? label === ref.name : id === ref.id));
      const [only] = meant;
      const refuse = (message: string) => fields.push({ path: `destinations.${index}`, message });
      if (only === undefined) refuse(`destination ${ref.id ?? JSON.stringify(ref.name)} does not exist`);
      else if (meant.length > 1) refuse(`the label ${JSON.stringify(ref.name)} is that of several destinations`);
      else if (only.plugin.slug !== 'plain' && !hasPrivateKey) refuse(`destination "${only.label}" needs a private key, and there is none`);
      else if (format === 'openssh') refuse(`destination "${only.label}" takes no certificates of OpenSSH`);
      return meant.slice(0, 1);
    });
    if (fields.length > 0) throw new AppError('invalid_argument', 'destinations cannot be used', { reason: 'destination.unusable', fields });
    return { destinations: found };
  }

  @Handles(attachDestinations)
  attach(input: InputOf<typeof attachDestinations>) {
    deployWorld.inputs.push({ attach: input });
    if (deployWorld.isAwayForWrites) throw new AppError('unavailable', 'stopping');
    return { deployments: input.destinationIds.map((destinationId) => this.wanted(input.certificateId, destinationId)) };
  }

  @Handles(setDestinations)
  set({ certificateId, destinationIds }: InputOf<typeof setDestinations>) {
    deployWorld.inputs.push({ set: { certificateId, destinationIds } });
    if (deployWorld.isAwayForWrites) throw new AppError('unavailable', 'stopping');
    for (const row of deployWorld.deployments.values()) {
      if (row.certificateId === certificateId && !destinationIds.includes(row.destinationId)) deployWorld.deployments.set(row.id, { ...row, wanted: 'removed', state: 'pending' });
    }
    return { deployments: destinationIds.map((destinationId) => this.wanted(certificateId, destinationId)) };
  }

  @Handles(findAttachments)
  find({ certificateIds }: InputOf<typeof findAttachments>) {
    deployWorld.inputs.push({ attachmentsOf: certificateIds });
    const rows = [...deployWorld.deployments.values()].filter(({ certificateId, wanted }) => certificateIds.includes(certificateId) && wanted === 'deployed');
    const ids = new Set(rows.map(({ destinationId }) => destinationId));
    return {
      destinations: [...deployWorld.destinations.values()].filter(({ id }) => ids.has(id)),
      attachments: rows.map(({ certificateId, destinationId, state }) => ({ certificateId, destinationId, state })),
    };
  }

  @Handles(listDeployments)
  list(input: InputOf<typeof listDeployments>) {
    deployWorld.inputs.push(input);
    const { certificateId, destinationId, state } = input;
    const items = [...deployWorld.deployments.values()].filter(
      (row) => (certificateId === null || row.certificateId === certificateId) && (destinationId === null || row.destinationId === destinationId) && (state === null || row.state === state),
    );
    return { items, total: items.length, nextCursor: null };
  }

  @Handles(getDeployment)
  get({ id }: { id: number }) {
    const row = deployWorld.deployments.get(id);
    if (row === undefined) throw new AppError('not_found', `deployment ${id} does not exist`);
    return { ...row, history: [{ at, what: 'requested' as const, detail: null }] };
  }

  @Handles(retryDeployment)
  retry({ id }: InputOf<typeof retryDeployment>, call: CallContext) {
    const { history: _history, ...row } = this.get({ id });
    if (row.note === `not of user ${userOf(call)}`) throw new AppError('permission_denied', 'needs the right to change the certificate');
    if (row.wanted === 'removed') throw new AppError('failed_precondition', 'it is not wanted there any more');
    return { ...row, state: 'pending' as const };
  }

  @Handles(startRotation)
  rotate(input: InputOf<typeof startRotation>, call: CallContext) {
    deployWorld.inputs.push(input);
    if (input.target.endpointIds?.includes(404) === true) throw new AppError('not_found', 'endpoint 404 does not exist');
    if (input.target.endpointIds?.includes(403) === true) throw new AppError('permission_denied', 'needs the right to change certificate "old"');
    const rotation = input.isDryRun ? aRotationRecord({ id: null, state: 'planned' }) : aRotationRecord({ userId: userOf(call) });
    return { rotations: [rotation], refused: [{ endpointId: 6, name: 'api', reason: 'nothing can change it' }] };
  }

  @Handles(listRotations)
  rotations(input: InputOf<typeof listRotations>) {
    deployWorld.inputs.push(input);
    return { items: [aRotationRecord({})], total: 1, nextCursor: null };
  }

  @Handles(getRotation)
  rotation({ id }: { id: number }) {
    if (id !== 4) throw new AppError('not_found', `rotation ${id} does not exist`);
    return aRotationRecord({});
  }

  @Handles(retryRotation)
  retryRotation({ id }: InputOf<typeof retryRotation>, call: CallContext) {
    return { ...this.rotation({ id }), userId: userOf(call) };
  }

  private wanted(certificateId: number, destinationId: number): DeploymentRecord {
    const present = [...deployWorld.deployments.values()].find((row) => row.certificateId === certificateId && row.destinationId === destinationId);
    const row: DeploymentRecord = present === undefined ? aDeploymentRecord({ id: (this.last += 1), certificateId, destinationId }) : { ...present, wanted: 'deployed' };
    deployWorld.deployments.set(row.id, row);
    return row;
  }
}
