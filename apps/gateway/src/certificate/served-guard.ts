import { Injectable } from '@nestjs/common';
import { allow } from '@sifaka/authz';
import { checkServed, getCertificate, listCertificates, type CertificateRecord, type OutputOf, type UserPrincipal } from '@sifaka/contracts';
import { AppError, isAppError } from '@sifaka/kernel';
import { RpcClient } from '@sifaka/messaging';
import { inSlices } from '../listing/in-slices.js';
import { everything } from './certificate-list-input.js';

type Endpoint = OutputOf<typeof checkServed>['endpoints'][number];

/** Rows of one serial that are looked through: an authority has one, and uploads without authority can repeat it. */
const mostRows = 100;

/** Endpoints that a refusal names. */
const mostNamed = 20;

/** Keeps a certificate from being revoked while endpoints present it: clients would refuse them at once. */
@Injectable()
export class ServedGuard {
  constructor(private readonly rpc: RpcClient) {}

  /**
   * @throws AppError `not_found`, `permission_denied` (also reason `certificate.still_served`, when an endpoint presents it or cannot be
   *   asked); `unavailable`, when no endpoint can be asked
   */
  async check(id: number, principal: UserPrincipal): Promise<void> {
    const certificate = await this.rpc.call(getCertificate, { id }, { principal });
    allow(principal, 'certificate:write', certificate);
    const same = await this.rowsOf(certificate, principal);
    for (const row of same) if (sharesAuthority(row, certificate)) allow(principal, 'certificate:write', row);
    const ids = [...new Set([id, ...same.map((row) => row.id)])];
    const serving = (await this.ask(ids, certificate.name, principal)).filter(({ isServed }) => isServed !== false);
    if (serving.length > 0) throw stillServed(certificate.name, serving);
  }

  /** The certificate by any other row: of the same authority and serial (domain-rules RV-1), or the very same one, filed without authority. */
  private async rowsOf(certificate: CertificateRecord, principal: UserPrincipal): Promise<CertificateRecord[]> {
    const input = { ...everything({ count: mostRows, page: 1 }), serial: certificate.serial };
    const { items } = await inSlices(input.window, (window) => this.rpc.call(listCertificates, { ...input, window }, { principal }));
    return items.filter((row) => sharesAuthority(row, certificate) || row.body === certificate.body);
  }

  private async ask(certificateIds: number[], name: string, principal: UserPrincipal): Promise<Endpoint[]> {
    try {
      return (await this.rpc.call(checkServed, { certificateIds: certificateIds.slice(0, mostRows) }, { principal })).endpoints;
    } catch (error) {
      if (!isAppError(error) || error.code !== 'unavailable') throw error;
      const detail = `whether endpoints still present certificate "${name}" cannot be asked, because the service that keeps endpoints does not answer: try again, or revoke with "force": true`;
      throw new AppError('unavailable', detail, { reason: 'certificate.serving_unknown', retryAfterMs: 5_000, cause: error });
    }
  }
}

const sharesAuthority = (row: CertificateRecord, certificate: CertificateRecord): boolean =>
  certificate.authority !== null && row.authority?.id === certificate.authority.id && row.serial === certificate.serial;

function stillServed(name: string, endpoints: readonly Endpoint[]): AppError {
  const named = endpoints.slice(0, mostNamed).map(said);
  const more = endpoints.length > mostNamed ? [`${endpoints.length - mostNamed} more`] : [];
  const detail = `certificate "${name}" is still presented to clients: ${[...named, ...more].join('; ')}. Make them present another one first, or revoke with "force": true`;
  return new AppError('permission_denied', detail, { reason: 'certificate.still_served' });
}

function said({ name, dnsname, port, isServed, detail }: Endpoint): string {
  const place = `endpoint "${name}" (${dnsname}:${port})`;
  return isServed === null ? `${place} could not be asked (${detail})` : place;
}
