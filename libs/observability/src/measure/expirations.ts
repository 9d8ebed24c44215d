import { recordForProviders, recordLabels, measure } from './measure.js';

export interface MeasuredCertificate {
  id: number;
  /** `*` becomes `star`, as in Lemur: monitoring systems take no asterisk. */
  commonName: string | null;
  /** Whole or broken days, negative when it has expired. */
  daysLeft: number;
  hasActiveEndpoints: boolean;
  isReplacement: boolean;
}

/**
 * The days that certificates have left, one run over all of them: providers get each certificate, Prometheus the least of each group, for
 * it would take a series for each certificate.
 *
 *     const run = new ExpirationMeasurements();
 *     for (const certificate of all) await run.add(certificate);
 *     run.end();
 */
export class ExpirationMeasurements {
  private readonly least = new Map<string, MeasuredCertificate>();

  /** Waits while what is to be sent is more than can be. */
  async add(certificate: MeasuredCertificate): Promise<void> {
    recordForProviders(name, certificate.daysLeft, tagsOf(certificate));
    const group = `${certificate.hasActiveEndpoints} ${certificate.isReplacement}`;
    if (certificate.daysLeft < (this.least.get(group)?.daysLeft ?? Infinity)) this.least.set(group, certificate);
    await measure.room();
  }

  end(): void {
    for (const certificate of this.least.values()) recordLabels(name, certificate.daysLeft, tagsOf(certificate));
  }
}

const name = 'certificates.days_until_expiration';

const tagsOf = ({ id, commonName, hasActiveEndpoints, isReplacement }: MeasuredCertificate) => ({
  cert_id: id,
  common_name: (commonName ?? '').replaceAll('*', 'star'),
  has_active_endpoints: hasActiveEndpoints,
  is_replacement: isReplacement,
});
