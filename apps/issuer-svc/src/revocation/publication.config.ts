import { setting } from '@sifaka/config';
import { z } from 'zod';

const hours = z.int().min(1).max(8_760);

/** Plain HTTP is usual: lists and answers are signed, and a client that checks a certificate cannot verify TLS yet. */
export const publicationSettings = {
  revocationUrl: setting(z.url({ protocol: /^https?$/ }).max(512).optional(), {
    env: 'SIFAKA_REVOCATION_URL',
    describe:
      'Address under which the gateway serves `/crl`, `/ocsp` and `/ca` to everybody, for example `http://pki.corp.example`. It stands in certificates of authorities whose keys are here, unless a request says no. By default none; `npm start` takes the address of its own gateway.',
  }),
  crlValidityHours: setting(hours.default(168), {
    env: 'SIFAKA_CRL_VALIDITY_HOURS',
    describe: 'Hours from the making of a revocation list to its `nextUpdate`.',
  }),
  crlIntervalHours: setting(hours.default(24), {
    env: 'SIFAKA_CRL_INTERVAL_HOURS',
    describe: 'Hours after which a list is made anew though nothing was revoked; never more than half its validity. A revocation makes one at once.',
  }),
  deltaCrlValidityHours: setting(z.int().min(0).max(8_760).default(48), {
    env: 'SIFAKA_DELTA_CRL_VALIDITY_HOURS',
    describe: 'Hours to the `nextUpdate` of a delta list, which is made with every full one; 0 makes no deltas.',
  }),
  ocspValidityHours: setting(hours.default(24), {
    env: 'SIFAKA_OCSP_VALIDITY_HOURS',
    describe: 'Hours for which an answer of the OCSP responder holds. Those that are asked for are made anew after half of it.',
  }),
  ocspResponderDays: setting(z.int().min(2).max(365).default(14), {
    env: 'SIFAKA_OCSP_RESPONDER_DAYS',
    describe: 'Validity of the certificates of OCSP responders, which are renewed by themselves after half of it.',
  }),
  ocspSignaturesPerSecond: setting(z.int().min(1).max(10_000).default(200), {
    env: 'SIFAKA_OCSP_SIGNATURES_PER_SECOND',
    describe: 'OCSP answers that one process signs on demand per second: with a nonce, about several certificates, about serial numbers that were never issued. Beyond it nonces are passed over, and the others are asked to come later. Ten times as many are signed of what is kept: the first answer about a certificate.',
  }),
};
