import { measure } from '@sifaka/observability';
import { formatColumns } from './format.js';
import type { NewCertificate } from './new-certificate.js';

/** For every certificate that an authority issued and that is on record now, whichever way it came. */
export function measureIssued({ owner, facts }: Pick<NewCertificate, 'owner' | 'facts'>): void {
  measure.count('certificate_issued', { owner, issuer: formatColumns(facts).issuer });
}
