import { Injectable } from '@nestjs/common';
import { AppError } from '@sifaka/kernel';
import { allow } from '@sifaka/authz';
import type { InputOf, PendingCertificateRecord, uploadPendingCertificate } from '@sifaka/contracts';
import type { CallContext } from '@sifaka/messaging';
import { parseCertificate, parsePemChain, verifyChain, type CertificateFacts } from '@sifaka/pki';
import { refusing } from '../issuance/refusing.js';
import { PendingIssuer } from './pending-issuer.js';
import { PendingReader } from './pending-reader.js';
import { PendingRepository } from './pending.repository.js';
import { alreadyResolved, ResolvePending } from './resolve-pending.js';
import { chainToAuthority, keyFault } from './settlement.js';

/** Takes the certificate from a person: for the requested key, and from the authority. Which names are in it is between that person and the authority. */
@Injectable()
export class UploadPending {
  constructor(
    private readonly pending: PendingRepository,
    private readonly issuers: PendingIssuer,
    private readonly resolving: ResolvePending,
    private readonly reader: PendingReader,
  ) {}

  async run({ id, body, chain, externalId }: InputOf<typeof uploadPendingCertificate>, { principal }: CallContext): Promise<PendingCertificateRecord> {
    const row = await this.pending.get(id);
    allow(principal, 'certificate:write', row);
    if (row.resolvedCertificateId !== null) throw alreadyResolved(row);
    const certificate = refusing('body', () => parseCertificate(body));
    const given = refusing('chain', () => parsePemChain(chain ?? ''));
    assertHolds(certificate, given);
    const fault = keyFault(row, certificate);
    if (fault !== null) throw new AppError('failed_precondition', fault, { reason: 'pending.foreign_key' });
    const authority = await this.issuers.authority(row);
    const verdict = chainToAuthority(certificate, given, authority.chain);
    if ('fault' in verdict) throw new AppError('failed_precondition', verdict.fault, { reason: 'pending.wrong_signer' });

    const chainDer = verdict.chain.map(({ der }) => der);
    const resolution = await this.resolving.run(id, { certificateDer: certificate.der, chainDer, externalId, by: 'upload', principal });
    if (resolution.status === 'refused') throw resolution.error;
    return this.reader.record(id);
  }
}

/** Each certificate of the chain signed by the next, as in every upload. */
function assertHolds(certificate: CertificateFacts, given: readonly CertificateFacts[]): void {
  const issuers = given.filter(({ fingerprintSha256 }) => fingerprintSha256 !== certificate.fingerprintSha256);
  const broken = issuers.length === 0 ? null : verifyChain([certificate, ...issuers]);
  if (broken === null) return;
  throw new AppError('invalid_argument', `chain: ${broken.detail}`, { reason: 'policy.chain_broken', fields: [{ path: 'Schema.chain', message: broken.detail }] });
}
