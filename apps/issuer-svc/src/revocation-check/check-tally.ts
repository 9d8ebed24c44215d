import type { RevocationCheckRecord, TaskReport } from '@sifaka/contracts';
import { measure } from '@sifaka/observability';

/** Counts of one run. */
export class CheckTally {
  pages = 0;
  settled = 0;
  failed = 0;
  private readonly said = { good: 0, revoked: 0, unknown: 0 };
  private ocspErrors = 0;
  private crlErrors = 0;
  private readonly revoked: string[] = [];

  constructor(private readonly isResumed: boolean) {}

  get checked(): number {
    return this.settled + this.said.good + this.said.revoked + this.said.unknown;
  }

  add({ status, steps }: RevocationCheckRecord, name: string): void {
    this.said[status] += 1;
    const isLost = (method: 'ocsp' | 'crl') => steps.some((step) => step.method === method && (step.outcome === 'refused' || step.outcome === 'failed'));
    if (isLost('ocsp')) this.ocspErrors += 1;
    if (isLost('crl')) this.crlErrors += 1;
    if (status === 'revoked' && this.revoked.length < named) this.revoked.push(name);
  }

  measure(): void {
    measure.gauge('certificate_revoked_checked', this.checked, {});
    measure.gauge('certificate_revoked_ocsp_error', this.ocspErrors, {});
    measure.gauge('certificate_revoked_crl_error', this.crlErrors, {});
  }

  report(): TaskReport {
    const { pages, settled, failed, ocspErrors, crlErrors, isResumed, checked } = this;
    return { checked, ...this.said, settledByInventory: settled, failed, ocspErrors, crlErrors, pages, isResumed, revokedCertificates: this.revoked };
  }
}

/** More in one report nobody reads. */
const named = 20;
