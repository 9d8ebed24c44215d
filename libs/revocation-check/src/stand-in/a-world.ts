import { fixedClock, type Clock } from '@sifaka/kernel';
import { RevocationChecker, type RevocationCheckerOptions, type RevocationVerdict } from '../revocation-checker.js';
import { StandInAuthority, type StandInCertificate } from './stand-in-authority.js';
import { StandInServer } from './stand-in-server.js';

export const now = new Date('2026-06-01T12:00:00Z');
export const hours = (count: number): Date => new Date(now.getTime() + count * 3_600_000);
/** In force. */
export const today = { thisUpdate: hours(-1), nextUpdate: hours(23) };

export interface World {
  readonly clock: Clock & { set(to: Date): void; advance(ms: number): void };
  readonly ca: StandInAuthority;
  readonly server: StandInServer;
  readonly origin: string;
  /** A certificate that names these paths of the server, or whole addresses. */
  certificate(ocsp: readonly string[], crl: readonly string[], more?: StandInCertificate): StandInAuthority;
  checker(options?: Partial<RevocationCheckerOptions>): RevocationChecker;
  /** Checks with a checker of its own. */
  check(certificate: StandInAuthority, options?: Partial<RevocationCheckerOptions>): Promise<RevocationVerdict>;
}

export async function aWorld(): Promise<World> {
  const clock = fixedClock(now);
  const ca = StandInAuthority.root('Outside CA');
  const server = await StandInServer.start();
  const absolute = (paths: readonly string[]) => paths.map((path) => (path.startsWith('/') ? `${server.origin}${path}` : path));
  const checker = (options: Partial<RevocationCheckerOptions> = {}) => new RevocationChecker({ fetch: globalThis.fetch, clock, ...options });
  return {
    clock,
    ca,
    server,
    origin: server.origin,
    certificate: (ocsp, crl, { extensions, ...more } = {}) =>
      ca.issue({
        ...more,
        extensions: {
          ...(ocsp.length > 0 && { authorityInfoAccess: { ocsp: absolute(ocsp), caIssuers: [] } }),
          ...(crl.length > 0 && { crlDistributionPoints: absolute(crl) }),
          ...extensions,
        },
      }),
    checker,
    check: (leaf, options) => checker(options).check(leaf.certificate, [ca.certificate]),
  };
}

/** Method and outcome of each step. */
export const outcomes = ({ steps }: RevocationVerdict): string[] => steps.map(({ method, outcome }) => `${method} ${outcome}`);

export const details = ({ steps }: RevocationVerdict): string => steps.map(({ detail }) => detail).join('\n');
