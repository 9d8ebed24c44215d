import { setting } from '@sifaka/config';
import { allowedHostFault } from '@sifaka/outbound';
import { z } from 'zod';

const TrustedHosts = z
  .array(
    z.string().max(300).check((context) => {
      const fault = allowedHostFault(context.value);
      if (fault !== null) context.issues.push({ code: 'custom', message: fault, input: context.value });
    }),
  )
  .max(1_000)
  .default([]);

const form = 'written as in `SIFAKA_OUTBOUND_ALLOWED_HOSTS`. Empty: every host. Private addresses are refused all the same, unless they stand there. Certificates of issuers are fetched from hosts of either list.';

/** Whom the platform asks whether certificates of outside CAs were revoked. */
export const revocationCheckSettings = {
  supportedRevocationAuthorityPlugins: setting(z.array(z.string().max(64)).max(100).default([]), {
    env: ['SIFAKA_SUPPORTED_REVOCATION_AUTHORITY_PLUGINS', 'SUPPORTED_REVOCATION_AUTHORITY_PLUGINS'],
    describe: 'Slugs of issuer plugins; `check_revoked` looks at certificates of their authorities only. Empty: at all certificates.',
  }),
  trustedOcspHosts: setting(TrustedHosts, {
    env: ['SIFAKA_TRUSTED_OCSP_HOSTS', 'LEMUR_TRUSTED_OCSP_HOSTS'],
    describe: `The only OCSP responders that are asked, ${form}`,
  }),
  trustedCrlHosts: setting(TrustedHosts, {
    env: ['SIFAKA_TRUSTED_CRL_HOSTS', 'LEMUR_TRUSTED_CRL_HOSTS'],
    describe: `The only hosts that revocation lists are read from, ${form}`,
  }),
  crlMaxMegabytes: setting(z.int().min(1).max(256).default(16), {
    env: 'SIFAKA_CRL_MAX_MEGABYTES',
    describe: 'Revocation lists of outside CAs that are longer are not read to their end, and say nothing. A process keeps three times as much of lists, and reads three times as much at once: give it memory of twelve times this number and 320 MB.',
  }),
} as const;
