import { setting, type SettingValues } from '@sifaka/config';
import { z } from 'zod';
import { allowedHostFault } from './allowed-hosts.js';

const AllowedHost = z.string().max(300).check((context) => {
  const fault = allowedHostFault(context.value);
  if (fault !== null) context.issues.push({ code: 'custom', message: fault, input: context.value });
});

/** How services reach the world outside; the same for every service that does. */
export const outboundSettings = {
  outboundAllowedHosts: setting(z.array(AllowedHost).max(1_000).default([]), {
    env: 'SIFAKA_OUTBOUND_ALLOWED_HOSTS',
    describe:
      'Hosts that may be reached although their address is not public: `ca.corp.example`, `*.corp.example`, `10.1.2.3`, `10.0.0.0/8`, `[fd00::1]:8443`; with `:port` only there. Loopback has to be named as well.',
  }),
  outboundProxy: setting(z.url({ protocol: /^https?$/ }).optional(), {
    env: 'SIFAKA_OUTBOUND_PROXY',
    describe: 'HTTP proxy (`http://user:password@proxy.example:3128`) for every HTTP request to the outside but those to `outboundAllowedHosts`, which go straight.',
    secret: true,
  }),
  outboundTimeoutMs: setting(z.int().min(100).max(600_000).default(30_000), {
    env: 'SIFAKA_OUTBOUND_TIMEOUT_MS',
    describe: 'Longest time of one HTTP request to the outside, redirects and body included, in milliseconds.',
  }),
  outboundCa: setting(z.string().max(1_048_576).optional(), {
    env: 'SIFAKA_OUTBOUND_CA',
    describe: 'Certificates (PEM) of private CAs that every connection to the outside trusts besides the public ones; usually given as `SIFAKA_OUTBOUND_CA_FILE`.',
  }),
} as const;

export type OutboundConfig = SettingValues<typeof outboundSettings>;
