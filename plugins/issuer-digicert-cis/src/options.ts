import { digicertCisAccessOptions } from '@sifaka/ca-clients';
import { longText } from '@sifaka/plugin-sdk';
import { z } from 'zod';

const days = z.int().min(1).max(3_650);

export const DigicertCisOptions = z.object({
  ...digicertCisAccessOptions,
  profile_name: z.string().min(1).max(128).describe('Name of the certificate profile'),
  certificate: longText().min(1).describe('Certificate of the CA in PEM, and those above it'),
  alternate_chain: longText().optional().describe('Cross-signed certificate in PEM that follows the issuing CA instead of its root'),
  signing_hash: z.enum(['sha256', 'sha384', 'sha512']).optional().describe('Hash of signatures, whatever the request says'),
  use_csr_fields: z.boolean().default(false).describe('Take the subject from the signing request').meta({ setting: 'DIGICERT_CIS_USE_CSR_FIELDS' }),
  max_validity_days: days.default(397).describe('Longest validity that is ordered; requests beyond it are shortened').meta({ setting: 'DIGICERT_MAX_VALIDITY_DAYS' }),
  wait_days: days.default(7).describe('Days after which a certificate that did not come is given up'),
});
export type DigicertCisOptions = z.output<typeof DigicertCisOptions>;
