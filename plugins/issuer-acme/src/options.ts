import { destinationLabel, longText, secret } from '@sifaka/plugin-sdk';
import { z } from 'zod';

const text = (max: number) => z.string().max(max);

/** The names are Lemur's, up to `drop_last_cert_from_chain`. */
const shape = {
  acme_url: z
    .url({ protocol: /^https?$/ })
    .max(2_048)
    .describe("Directory of the CA, for example https://acme-v02.api.letsencrypt.org/directory")
    .meta({ setting: 'ACME_DIRECTORY_URL' }),
  telephone: text(64).optional().describe('Not sent to any CA; kept for clients that give it').meta({ setting: 'ACME_TEL' }),
  email: z.email().max(256).optional().describe('Contact of the account: the CA writes there about expiring certificates and incidents').meta({ setting: 'ACME_EMAIL' }),
  certificate: longText()
    .optional()
    .describe("Certificate of the CA's root in PEM, and intermediates if wished; blank is possible for well-known CAs")
    .meta({ setting: 'ACME_ROOT' }),
  store_account: z.boolean().default(false).describe('Without effect: accounts are always kept, their keys in the key vault'),
  eab_kid: text(512).optional().describe('Key identifier of the external account binding, as the CA handed it out'),
  eab_hmac_key: secret().max(2_048).optional().describe('HMAC key of the external account binding (base64url)').meta({ staysHere: true }),
  acme_private_key: secret().max(16_384).optional().describe('Private key of an account that exists already: a JWK, or PEM').meta({ type: 'textarea', setting: 'ACME_PRIVATE_KEY', staysHere: true }),
  acme_regr: longText().max(16_384).optional().describe('Registration of that account: JSON with its "uri", or the URL; blank: the CA is asked').meta({ setting: 'ACME_REGR' }),
  drop_last_cert_from_chain: z.boolean().default(false).describe('Leave the last certificate out of chains: a cross-signed root that clients do not need'),
  preferred_issuer: text(256)
    .optional()
    .describe("Common name of an issuer in the chain that is wanted, where the CA offers several; the CA's default where none has it")
    .meta({ setting: 'ACME_PREFERRED_ISSUER' }),
  profile: text(128).optional().describe('Certificate profile, one of those that the CA offers'),
  ca_bundle: longText().max(65_536).optional().describe("Certificate of a private CA that the CA's server presents itself with, in PEM"),
  verify_tls: z.boolean().default(true).describe("Verify the certificate of the CA's server"),
  order_lifetime_hours: z.int().min(1).max(168).default(24).describe('Hours after which an order that did not succeed is given up'),
};

interface Bound {
  eab_kid?: string | undefined;
  eab_hmac_key?: string | undefined;
}

/** One without the other binds nothing. */
function bothOrNone({ eab_kid: kid, eab_hmac_key: hmacKey }: Bound, context: z.RefinementCtx<Bound>): void {
  if ((kid === undefined) === (hmacKey === undefined)) return;
  const [missing, given] = kid === undefined ? ['eab_kid', 'eab_hmac_key'] : ['eab_hmac_key', 'eab_kid'];
  context.addIssue({ code: 'custom', path: [missing], message: `is required with ${given}` });
}

export const AcmeOptions = z.object(shape).superRefine(bothOrNone);
export type AcmeOptions = z.output<typeof AcmeOptions>;

const tokenDestination = destinationLabel()
  .optional()
  .describe('Destination (SFTP or S3) that serves /.well-known/acme-challenge/ of the names; blank: the platform answers itself');

/** Where HTTP-01 is answered. */
export const AcmeHttpOptions = z.object({ ...shape, tokenDestination }).superRefine(bothOrNone);
