import { certificateFilterFields, certificatePatternFault } from '@sifaka/policy';
import { z } from 'zod';

/** Refused with all other faults of the configuration, not when the first certificate is judged. */
const CertificatePattern = z.string().min(1).max(256).check((context) => {
  const fault = certificatePatternFault(context.value);
  if (fault !== null) context.issues.push({ code: 'custom', message: fault, input: context.value });
});
const CertificatePatterns = z.partialRecord(z.enum(certificateFilterFields), z.array(CertificatePattern).max(200)).optional();

/** Which certificates something applies to: what configurations say instead of a function of Lemur's. */
export const CertificateFilterSetting = z.object({ include: CertificatePatterns, exclude: CertificatePatterns });

/** For descriptions of settings that take one. */
export const filterForm =
  '`{"include": {"owners": ["web-.*"]}, "exclude": {"names": ["legacy-.*"]}}`. Regular expressions (RE2 syntax) over the whole of `owners`, `names`, `commonNames`, `authorities`, `issuers` and `destinations` (labels or ids); each field of `include` has to match, and none of `exclude`.';
