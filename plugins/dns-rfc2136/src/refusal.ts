import { AppError, type ErrorCode } from '@sifaka/kernel';
import { tsigErrors, type TsigKey, type TsigVerdict } from './tsig.js';

export interface Answered {
  verdict: TsigVerdict;
  rcode: number;
  /** Codes besides NOERROR that are answers and no faults. */
  accepts: readonly number[];
  server: string;
  key: TsigKey;
  zone: string;
  now: Date;
}

/** What the server's answer means for the person who made the settings; null when it did what it was asked for. */
export function refusalOf(answered: Answered): AppError | null {
  const { verdict, rcode, accepts, server } = answered;
  const byKey = keyRefusal(answered);
  if (byKey !== null) return byKey;
  if (verdict.state === 'wrong') return new AppError('upstream_failed', `the signature of the answer of ${server} is wrong: somebody else answered, or the clocks differ by more than five minutes`);
  if (rcode !== 0) return accepts.includes(rcode) ? null : codeRefusal(answered);
  // Anybody could have sent it; a "no" costs nothing to believe, and Knot does not sign the one about names of others.
  return verdict.state === 'signed' ? null : new AppError('upstream_failed', `${server} answered without a signature: it is not the name server that knows the key, or something between changes its messages`);
}

/** RFC 8945 section 5.2 */
function keyRefusal({ verdict, server, key, now }: Answered): AppError | null {
  const name = `the key "${key.name}" (${key.algorithm})`;
  switch (verdict.error) {
    case tsigErrors.badKey:
      return new AppError('permission_denied', `${server} does not know ${name}: compare name and algorithm with its configuration (BADKEY)`, { reason: 'dns.bad_key' });
    case tsigErrors.badSig:
      return new AppError('permission_denied', `${server} has another secret for ${name} (BADSIG)`, { reason: 'dns.bad_key' });
    case tsigErrors.badTime: {
      const skew = verdict.serverTime === null ? 'more than five minutes' : `${Math.round(Math.abs(now.getTime() / 1_000 - verdict.serverTime))} seconds`;
      return new AppError('failed_precondition', `the clock of ${server} and the one here differ by ${skew}: set both by NTP (BADTIME)`, { reason: 'dns.clock_skew' });
    }
    case tsigErrors.badTrunc:
      return new AppError('failed_precondition', `${server} refuses the length of the signature made with ${name} (BADTRUNC)`);
    default:
      return null;
  }
}

/** RFC 1035 section 4.1.1, RFC 2136 section 2.2 */
function codeRefusal({ rcode, server, key, zone }: Answered): AppError {
  const known: Readonly<Record<number, [ErrorCode, string]>> = {
    1: ['failed_precondition', 'does not understand dynamic updates (FORMERR)'],
    2: ['upstream_failed', 'could not do it (SERVFAIL): its log says why, often a zone file or journal that it must not write'],
    3: ['failed_precondition', `has no zone "${zone}" (NXDOMAIN)`],
    4: ['failed_precondition', 'does not take dynamic updates (NOTIMP)'],
    5: ['permission_denied', `refuses the key "${key.name}" to change TXT records in "${zone}" (REFUSED): allow it by allow-update or update-policy`],
    9: ['failed_precondition', `is not authoritative for "${zone}" (NOTAUTH): give the primary server of the zone`],
    10: ['failed_precondition', `says that the name lies outside the zone "${zone}" (NOTZONE)`],
  };
  const [code, words] = known[rcode] ?? ['upstream_failed', `answered with code ${rcode}`];
  return new AppError(code, `${server} ${words}`);
}
