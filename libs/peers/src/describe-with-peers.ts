import { findDebian13 } from './debian13.js';
import { findProgram } from './programs.js';

/** What each peer of this library needs to be installed. */
const needs = {
  pebble: ['pebble', 'openssl'],
  'challenge-server': ['pebble-challtestsrv'],
  'power-dns': ['pdns_server', 'sqlite3'],
  bind: ['named', 'dig'],
  cfssl: ['cfssl', 'openssl', 'sqlite3'],
  sshd: ['sshd', 'ssh', 'ssh-keygen'],
  nginx: ['nginx'],
  haproxy: ['haproxy', 'openssl'],
  postfix: ['postfix', 'openssl'],
  dovecot: ['dovecot', 'openssl'],
  vsftpd: ['vsftpd', 'openssl'],
  slapd: ['slapd', 'openssl'],
  mariadb: ['mariadbd', 'openssl'],
  prosody: ['prosody', 'openssl'],
  redis: ['redis-server', 'redis-cli'],
  influxdb: ['influxd'],
} as const;

/** What Jest gives to a test file: not imported, so that this library also loads where no test runs. */
interface Jest {
  describe: { (title: string, suite: () => void): void; skip: (title: string, suite: () => void) => void };
  it: (title: string, test: () => void) => void;
}

/** Peers that run in a Debian 13 system of their own. */
const elsewhere = ['moto', 'pebble-2.6', 'cfssl-1.6'] as const;

export type PeerName = keyof typeof needs | (typeof elsewhere)[number];

/**
 * A suite that needs software which nobody here wrote. Without it a skip that names what is missing; with SIFAKA_TEST_REQUIRE_PEERS=1 a failure.
 *
 * @param peers names of this library's peers, or of any programs: `['pebble', 'power-dns', 'openssl']`
 */
export function describeWithPeers(peers: readonly (PeerName | (string & {}))[], title: string, suite: () => void): void {
  const { describe, it } = globalThis as unknown as Jest;
  const missing = missingFor(peers);
  if (missing.length === 0) {
    describe(title, suite);
    return;
  }
  const named = `${title} (needs ${missing.join(', ')})`;
  if (process.env.SIFAKA_TEST_REQUIRE_PEERS === '1') {
    it(named, () => {
      throw new Error(`not installed: ${missing.join(', ')}: run node scripts/test/install-peers.mjs as root`);
    });
    return;
  }
  describe.skip(named, () => {
    it('needs what is not installed', () => undefined);
  });
}

/** Programs, and "Debian 13", that these peers need and that are not there. */
export function missingFor(peers: readonly string[]): string[] {
  const programs = peers.filter((peer) => !isElsewhere(peer)).flatMap((peer) => (isNamed(peer) ? needs[peer] : [peer]));
  const missing = [...new Set(programs)].filter((program) => findProgram(program) === null);
  return peers.some(isElsewhere) && findDebian13() === null ? [...missing, 'Debian 13'] : missing;
}

const isNamed = (peer: string): peer is keyof typeof needs => Object.hasOwn(needs, peer);
const isElsewhere = (peer: string): boolean => elsewhere.some((one) => one === peer);
