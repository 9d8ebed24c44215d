import { Injectable } from '@nestjs/common';
import { AppError } from '@sifaka/kernel';
import type { CertificateRecord } from '@sifaka/contracts';
import type { AuthorityState } from '../authority/authority-directory.js';
import { assertSameRequest, type RepeatedRequest, type RequestIdentity } from '../issuance/request-identity.js';
import { CertificateReader } from '../listing/certificate-reader.js';
import { CertificateInserter, type Insertion } from './certificate-inserter.js';
import { CertificateRepository } from './certificate.repository.js';
import { certificateRecord, policyColumns, type CertificateRow } from './certificate.view.js';
import { ChainRepository } from './chain.repository.js';
import { formatColumns } from './format.js';
import { measureIssued } from './measure-issued.js';
import { creatorOf, type NewCertificate } from './new-certificate.js';

type Stored = Extract<Insertion, { status: 'stored' }>;

/** Files a certificate in the inventory and answers with its record. */
@Injectable()
export class Filing {
  constructor(
    private readonly inserter: CertificateInserter,
    private readonly chains: ChainRepository,
    private readonly reader: CertificateReader,
    private readonly certificates: CertificateRepository,
  ) {}

  /** @throws AppError `already_exists` when the authority has another certificate with that serial */
  async add(door: 'issued' | 'imported', parts: Omit<NewCertificate, 'chainId'>, chainDer: readonly Uint8Array[], authority: AuthorityState | null): Promise<CertificateRecord> {
    const certificate: NewCertificate = { ...parts, chainId: await this.chainIdOf(chainDer, authority) };
    const insertion = await this.inserter.add({ door, certificate });
    if (insertion.status === 'repeated') {
      if (certificate.request !== null) assertSameRequest(certificate.request, insertion);
      return this.read(insertion.id);
    }
    if (insertion.status === 'duplicate') {
      throw new AppError('already_exists', `certificate ${insertion.id} of the same authority has the same serial ${certificate.facts.serialHex}`, { reason: 'certificate.duplicate_serial' });
    }
    if (door === 'issued') measureIssued(certificate);
    // What was just written is known: nothing is read back but what only the database knows.
    return certificate.replaces.length === 0 ? recordOf(certificate, insertion, chainDer, authority) : this.read(insertion.id);
  }

  /**
   * What the same request was answered with before; null for a new one.
   *
   * @throws AppError `conflict` for the key of another request
   */
  async answeredBefore(request: RequestIdentity | null, before: RepeatedRequest | null): Promise<CertificateRecord | null> {
    if (request === null || before?.kind !== 'certificate') return null;
    if (!before.isForgotten) {
      assertSameRequest(request, before);
      return this.read(before.id);
    }
    await this.certificates.forgetRequest(before.id);
    return null;
  }

  /** @throws AppError `not_found` */
  async read(id: number): Promise<CertificateRecord> {
    const [record] = await this.reader.records([id]);
    if (record === undefined) throw new AppError('not_found', `there is no certificate ${id}`);
    return record;
  }

  /** Id of the chain, stored now if it is new; null for an empty one. */
  chainIdOf(chainDer: readonly Uint8Array[], authority: AuthorityState | null): Promise<number | null> {
    const isOwn = authority !== null && authority.chainDer.length === chainDer.length && authority.chainDer.every((der, index) => der.equals(chainDer[index] ?? new Uint8Array()));
    return isOwn ? Promise.resolve(authority.chainId) : this.chains.idOf(chainDer);
  }
}

function recordOf(certificate: NewCertificate, { id, name, domains }: Stored, chainDer: readonly Uint8Array[], authority: AuthorityState | null): CertificateRecord {
  const { facts } = certificate;
  const columns = formatColumns(facts);
  const row: CertificateRow = {
    id,
    name,
    owner: certificate.owner,
    description: certificate.description,
    status: null,
    bits: facts.bits,
    format: columns.format,
    der: facts.der,
    chain: chainDer.length === 0 ? null : chainDer.map((der) => Buffer.from(der)),
    csr: certificate.csrDer,
    rotation: certificate.rotation,
    notify: certificate.notify,
    ...policyColumns(certificate.rotationPolicy),
    cn: facts.cn,
    not_before: facts.notBefore,
    not_after: facts.notAfter,
    external_id: certificate.externalId,
    issuer: columns.issuer,
    deleted: false,
    key_id: certificate.keyId,
    key_type: facts.keyType,
    signing_algorithm: columns.hash,
    san: columns.domains.length > 1,
    distinguished_name: columns.distinguishedName,
    serial: facts.serial.toString(),
    serial_hex: facts.serialHex,
    date_created: certificate.at,
    country: columns.country,
    state: columns.state,
    location: columns.location,
    organization: columns.organization,
    organizational_unit: columns.organizationalUnit,
    user_id: creatorOf(certificate),
    role_ids: certificate.roleIds,
    authority_id: certificate.authorityId,
    dns_provider_id: certificate.dnsProviderId ?? null,
    revoked_at: null,
    revocation_reason: null,
  };
  return certificateRecord(row, { authority: authority?.summary ?? null, domains: domains.map((domain) => ({ ...domain, sensitive: false })), replaces: [], replacedBy: [] });
}
