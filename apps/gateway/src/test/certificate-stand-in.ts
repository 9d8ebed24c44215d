import { Controller } from '@nestjs/common';
import { allow } from '@sifaka/authz';
import {
  authorizeCertificateWrite,
  changeCertificateOwner,
  getAuthority,
  getCertificate,
  getPendingCertificate,
  issueCertificate,
  listCertificates,
  listPendingCertificates,
  revokeCertificate,
  updateCertificate,
  updatePendingCertificate,
  uploadCertificate,
  type AuthorityRecord,
  type CertificateRecord,
  type InputOf,
  type PendingCertificateRecord,
} from '@sifaka/contracts';
import { AppError } from '@sifaka/kernel';
import { Handles, type CallContext } from '@sifaka/messaging';
import { aCertificateRecord, anAuthorityRecord, at } from './records.js';

/** The inventory as far as deployment and discovery are concerned. */
export const inventoryWorld = {
  certificates: new Map<number, CertificateRecord>(),
  pending: new Map<number, PendingCertificateRecord>(),
  authorities: new Map<number, AuthorityRecord>([
    [1, anAuthorityRecord({ id: 1, name: 'CorpCA', body: '-----BEGIN CERTIFICATE-----' })],
    [2, anAuthorityRecord({ id: 2, name: 'HostCA', body: 'ssh-ed25519 AAAA' })],
    [3, anAuthorityRecord({ id: 3, name: 'Later', body: '-----BEGIN CERTIFICATE-----' })],
  ]),
  inputs: new Array<{ what: string; input: unknown }>(),
};

let last = 100;
export const nextId = (): number => (last += 1);
const note = (what: string, input: unknown) => inventoryWorld.inputs.push({ what, input });

@Controller()
export class CertificateStandIn {
  @Handles(issueCertificate)
  issue(input: InputOf<typeof issueCertificate>, { principal }: CallContext) {
    note('issue', input);
    const userId = principal.kind === 'user' ? principal.userId : null;
    if (input.authority.id === 3) return { pending: this.keepPending(aPendingRecord({ id: nextId(), userId, destinationIds: input.destinationIds, notificationIds: input.notificationIds })) };
    return { certificate: this.keep(aCertificateRecord({ id: nextId(), userId, hasPrivateKey: input.csr === null })) };
  }

  @Handles(uploadCertificate)
  upload(input: InputOf<typeof uploadCertificate>) {
    note('upload', input);
    return this.keep(aCertificateRecord({ id: nextId(), hasPrivateKey: input.privateKey !== null }));
  }

  @Handles(updateCertificate)
  update(input: InputOf<typeof updateCertificate>) {
    note('update', input);
    return this.keep({ ...this.get(input), description: input.description, owner: input.owner });
  }

  @Handles(changeCertificateOwner)
  changeOwner({ id, owner }: InputOf<typeof changeCertificateOwner>) {
    note('owner', { id, owner });
    return this.keep({ ...this.get({ id }), owner });
  }

  @Handles(authorizeCertificateWrite)
  authorize({ id }: InputOf<typeof authorizeCertificateWrite>, { principal }: CallContext) {
    const certificate = this.get({ id });
    allow(principal, 'certificate:write', certificate);
    return { id, owner: certificate.owner, deleted: false, hasPrivateKey: certificate.hasPrivateKey, format: 'x509' as const };
  }

  @Handles(getCertificate)
  get({ id }: { id: number }) {
    const certificate = inventoryWorld.certificates.get(id);
    if (certificate === undefined) throw new AppError('not_found', `certificate ${id} does not exist`);
    return certificate;
  }

  @Handles(listCertificates)
  list(input: InputOf<typeof listCertificates>) {
    note('list', input);
    const { ids, name, serial } = input;
    const items = [...inventoryWorld.certificates.values()].filter(
      (one) => (ids === null || ids.includes(one.id)) && (name === null || one.name === name) && (serial === null || one.serial === serial),
    );
    return { items, total: items.length, nextCursor: null };
  }

  @Handles(revokeCertificate)
  revoke({ id }: InputOf<typeof revokeCertificate>, { principal }: CallContext) {
    allow(principal, 'certificate:write', this.get({ id }));
    note('revoke', id);
    return { id };
  }

  @Handles(getAuthority)
  authority({ ref }: InputOf<typeof getAuthority>) {
    const authority = [...inventoryWorld.authorities.values()].find(({ id, name }) => id === ref.id || name === ref.name);
    if (authority === undefined) throw new AppError('not_found', 'no such authority');
    return authority;
  }

  @Handles(getPendingCertificate)
  pending({ id }: { id: number }) {
    const pending = inventoryWorld.pending.get(id);
    if (pending === undefined) throw new AppError('not_found', `pending certificate ${id} does not exist`);
    return pending;
  }

  @Handles(listPendingCertificates)
  listPending(input: InputOf<typeof listPendingCertificates>) {
    note('listPending', input);
    const items = [...inventoryWorld.pending.values()];
    return { items, total: items.length, nextCursor: null };
  }

  @Handles(updatePendingCertificate)
  updatePending(input: InputOf<typeof updatePendingCertificate>) {
    note('updatePending', input);
    return this.keepPending({ ...this.pending(input), destinationIds: input.destinationIds, notificationIds: input.notificationIds });
  }

  private keep(certificate: CertificateRecord): CertificateRecord {
    inventoryWorld.certificates.set(certificate.id, certificate);
    return certificate;
  }

  private keepPending(pending: PendingCertificateRecord): PendingCertificateRecord {
    inventoryWorld.pending.set(pending.id, pending);
    return pending;
  }
}

export const aPendingRecord = (own: Partial<PendingCertificateRecord> & { id: number }): PendingCertificateRecord => ({
  name: `pending-${own.id}`,
  owner: 'shop@corp.test',
  description: '',
  notify: true,
  active: true,
  rotation: false,
  rotationPolicy: null,
  cn: 'shop.corp.test',
  commonName: 'shop.corp.test',
  csr: '-----BEGIN CERTIFICATE REQUEST-----\n',
  chain: null,
  externalId: null,
  status: null,
  state: 'waiting',
  settledBy: 'poll',
  numberAttempts: 0,
  lastError: null,
  nextTryAt: null,
  until: at,
  resolved: false,
  resolvedCertId: null,
  deleted: false,
  hasPrivateKey: true,
  names: [],
  dateCreated: at,
  lastUpdated: at,
  authority: { ...anAuthorityRecord({ id: 3, name: 'Later', body: '' }), authorityCertificate: { notBefore: at, notAfter: at } },
  dnsProviderId: null,
  destinationIds: [], notificationIds: [],
  replaces: [],
  userId: null,
  roleIds: [],
  ...own,
});
