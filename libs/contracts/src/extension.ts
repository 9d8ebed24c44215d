import { z } from 'zod';
import { limits } from '@sifaka/kernel';

/** Name types of a subject alternative name; the ones Lemur dropped in silence are accepted and issued here. */
export const nameTypes = [
  'DNSName',
  'IPAddress',
  'IPNetwork',
  'uniformResourceIdentifier',
  'rfc822Name',
  'registeredID',
  'directoryName',
  'otherName',
] as const;

export const GeneralName = z.object({ nameType: z.string().max(64), value: z.string().max(2_048) });

const url = z.string().max(2_048);

/** What an SSH authority is asked for beside names and validity; refused by all others. */
export const SshInput = z.object({
  /** User certificates: names to log in as. Absent: the applicant's own name. */
  principals: z.array(z.string().max(1_024)).max(256).optional(),
  /** What sshd's log shows. Absent: name and owner of the certificate. */
  keyId: z.string().max(1_024).optional(),
  criticalOptions: z
    .object({
      /** The only command that runs. */
      forceCommand: z.string().max(4_096).optional(),
      /** Addresses and blocks from which the certificate is accepted. */
      sourceAddress: z.array(z.string().max(64)).max(50).optional(),
      /** A hardware key must have seen its user. */
      verifyRequired: z.boolean().optional(),
    })
    .optional(),
  /** For example `permit-pty`. Absent: those of the authority. */
  extensions: z.array(z.string().max(64)).max(20).optional(),
});
export type SshInput = z.output<typeof SshInput>;

/** Certificate extensions as a client asks for them: Lemur's shape (rest-api §6.3) and what Lemur accepted and dropped. */
export const ExtensionsInput = z
  .object({
    basicConstraints: z.object({ ca: z.boolean().default(false), path_length: z.int().min(0).max(255).nullish() }).nullish(),
    keyUsage: z.record(z.string(), z.boolean()).nullish(),
    extendedKeyUsage: z.record(z.string(), z.union([z.boolean(), z.array(z.string().max(128)).max(50)])).nullish(),
    subjectKeyIdentifier: z.object({ includeSKI: z.boolean().default(true) }).nullish(),
    authorityKeyIdentifier: z.object({ useKeyIdentifier: z.boolean().optional(), useAuthorityCert: z.boolean().optional() }).nullish(),
    certificateInfoAccess: z
      .object({ includeAIA: z.boolean().optional(), ocsp: z.array(url).max(10).optional(), caIssuers: z.array(url).max(10).optional() })
      .nullish(),
    crlDistributionPoints: z.object({ includeCrlDp: z.union([url, z.array(url).max(10)]).optional() }).nullish(),
    certificatePolicies: z.object({ policies: z.array(z.object({ oid: z.string().max(128), cps: url.optional() })).max(20) }).nullish(),
    nameConstraints: z
      .object({ permitted: z.array(GeneralName).max(100).default([]), excluded: z.array(GeneralName).max(100).default([]) })
      .nullish(),
    subAltNames: z.object({ names: z.array(GeneralName).max(limits.subjectAltNames).default([]) }).nullish(),
    custom: z
      .array(
        z.object({
          oid: z.string().max(128),
          encoding: z.string().max(32),
          value: z.string().max(16_384),
          isCritical: z.boolean().default(false),
        }),
      )
      .max(50)
      .nullish(),
    ssh: SshInput.nullish(),
  })
  .default({});
export type ExtensionsInput = z.output<typeof ExtensionsInput>;

/** Extensions read back from a certificate (rest-api §6.1): a key is present exactly when the extension is. */
export const ExtensionsView = z.record(z.string(), z.json());
