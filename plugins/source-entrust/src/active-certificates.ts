import { fault, found, readBundle, readCertificate, type Ask, type EntrustApi, type EntrustCertificate, type EntrustListed, type ListedPage, type PagedList } from '@sifaka/ca-clients';
import { AppError, isAppError } from '@sifaka/kernel';
import type { CertificateFacts } from '@sifaka/pki';
import type { Finding } from '@sifaka/plugin-sdk';

interface Position {
  offset: number;
  /** By how much the offset grows from page to page: it counts pages, or certificates where the second page repeats the first. */
  step: number;
  /** Certificates that the list had when it was decided to go there. */
  total: number;
}

/** Certificates that leave the list while it is read move those behind them up: the list is read again from further ahead. */
export class ActiveCertificates implements PagedList<EntrustListed> {
  readonly first = cursorOf({ offset: 0, step: 1, total: 0 });
  private total = 0;
  private limit = 1;
  private firstPage: ReadonlySet<string> | null = null;

  constructor(private readonly api: EntrustApi) {}

  nameOf(cursor: string): string {
    return `page of the certificates at offset ${positionOf(cursor).offset}`;
  }

  async read(cursor: string): Promise<ListedPage<EntrustListed>> {
    const at = positionOf(cursor);
    if (at.offset === 1 && at.step === 1 && this.firstPage === null) await this.page(0);
    const certificates = await this.page(at.offset);
    if (at.offset === 1 && at.step === 1 && this.repeatsFirst(certificates)) return { items: [], next: this.go(this.limit, this.limit) };
    const moved = at.total - this.total;
    const size = this.limit / at.step;
    if (moved > 0 && at.offset > 0) return { items: [], next: this.go(Math.max(0, at.offset - Math.ceil(moved / size)), at.step) };
    const seen = at.offset * size + certificates.length;
    if (certificates.length === 0 && seen < this.total) throw new AppError('upstream_failed', `Entrust tells of ${this.total} certificates and shows none at offset ${at.offset}`);
    return { items: certificates, next: this.behind(cursor) };
  }

  behind(cursor: string): string | null {
    const { offset, step } = positionOf(cursor);
    const seen = ((offset + step) * this.limit) / step;
    return seen < this.total ? this.go(offset + step, step) : null;
  }

  labelOf({ uri, dn }: EntrustListed): string {
    return `certificate ${trackingIdOf(uri) ?? dn ?? uri}`;
  }

  async find(listed: EntrustListed, ask: Ask): Promise<Finding | null> {
    const id = trackingIdOf(listed.uri);
    if (id === null) return fault(this.labelOf(listed), `its address "${listed.uri.slice(0, 200)}" names no certificate`, 'everything');
    const what = this.labelOf(listed);
    const certificate = await ask(() => this.api.found(id));
    if (certificate === null) return fault(what, 'is in the list of active certificates, and not there', 'nothing');
    const pem = certificate.endEntityCert ?? '';
    if (pem.trim() === '') return fault(what, 'is active, and comes without its certificate', 'nothing');
    return found(readCertificate(what, pem), chainOf(what, certificate), { externalId: certificate.trackingId, owner: ownerOf(certificate), description: descriptionOf(certificate) });
  }

  private async page(offset: number): Promise<readonly EntrustListed[]> {
    const { certificates, summary } = await this.api.activeCertificates(offset);
    this.limit = summary.limit;
    this.total = summary.total;
    if (offset === 0) this.firstPage = new Set(certificates.map(({ uri }) => uri));
    return certificates;
  }

  /** All but one of the first page; a single one may have moved there. */
  private repeatsFirst(certificates: readonly EntrustListed[]): boolean {
    const repeated = certificates.filter(({ uri }) => this.firstPage?.has(uri) === true).length;
    return repeated > 0 && repeated >= (this.firstPage?.size ?? 0) - 1;
  }

  private go(offset: number, step: number): string {
    return cursorOf({ offset, step, total: this.total });
  }
}

/** The last part of the address; where it leads to otherwise is not asked. */
const trackingIdOf = (uri: string): string | null => /\/certificates\/([A-Za-z0-9_-]{1,64})\/?$/.exec(uri)?.[1] ?? null;

/** A chain that cannot be read is none. */
function chainOf(what: string, { chainCerts }: EntrustCertificate): CertificateFacts[] {
  try {
    return readBundle(what, ...(chainCerts ?? []));
  } catch (error) {
    if (isAppError(error)) return [];
    throw error;
  }
}

function ownerOf({ tracking }: EntrustCertificate): string | null {
  const email = tracking?.requesterEmail?.trim() ?? '';
  return /^[^\s@]+@[^\s@]+$/.test(email) ? email : null;
}

function descriptionOf({ certType, eku }: EntrustCertificate): string | null {
  const parts = [certType, eku].flatMap((part) => (part === null || part === undefined || part === '' ? [] : [part]));
  return parts.length === 0 ? null : `Entrust ${parts.join(', ')}`;
}

function cursorOf({ offset, step, total }: Position): string {
  return `${offset}:${step}:${total}`;
}

function positionOf(cursor: string): Position {
  const [offset = 0, step = 1, total = 0] = cursor.split(':').map((part) => Number.parseInt(part, 10) || 0);
  return { offset, step: Math.max(1, step), total };
}
