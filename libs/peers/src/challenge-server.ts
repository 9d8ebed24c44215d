import { addressesOf } from './dns-records.js';
import { launch, type Peer } from './launch.js';
import { programPath } from './programs.js';

export interface ChallengeServerOptions {
  /** What it answers for names that were given no address; 127.0.0.1 by default. No IPv6 address by default. */
  defaultIpv4?: string;
  defaultIpv6?: string;
}

export interface ChallengeServer extends Peer {
  /** Address "127.0.0.1:port" of its DNS server. */
  readonly dnsAddress: string;
  /** Ports at which it answers challenges, for Pebble's `httpPort` and `tlsPort`. */
  readonly httpPort: number;
  readonly tlsPort: number;
  readonly managementUrl: string;
  /** Adds a TXT record. @param host with or without the dot at its end */
  setTxt(host: string, value: string): Promise<void>;
  /** Removes all TXT records of a name. */
  clearTxt(host: string): Promise<void>;
  addA(host: string, ...addresses: string[]): Promise<void>;
  clearA(host: string): Promise<void>;
  addAaaa(host: string, ...addresses: string[]): Promise<void>;
  addCaa(host: string, ...policies: { tag: string; value: string }[]): Promise<void>;
  setCname(host: string, target: string): Promise<void>;
  clearCname(host: string): Promise<void>;
  /** Makes every question about the name fail. */
  setServerFailure(host: string): Promise<void>;
  clearServerFailure(host: string): Promise<void>;
  setDefaultIpv4(address: string): Promise<void>;
  setDefaultIpv6(address: string): Promise<void>;
  /** Answers this token by http-01. */
  addHttp01(token: string, keyAuthorization: string): Promise<void>;
  removeHttp01(token: string): Promise<void>;
}

/** Pebble's challenge test server: DNS data, http-01 and tls-alpn-01 answers that a test sets as it goes. */
export async function startChallengeServer(options: ChallengeServerOptions = {}): Promise<ChallengeServer> {
  const peer = await launch({
    name: 'pebble-challtestsrv',
    ports: 4,
    prepare: ({ port }) => ({
      program: programPath('pebble-challtestsrv'),
      args: [
        ...['-dns01', `127.0.0.1:${port(0)}`, '-http01', `127.0.0.1:${port(1)}`, '-tlsalpn01', `127.0.0.1:${port(2)}`, '-https01', ''],
        ...['-management', `127.0.0.1:${port(3)}`, '-defaultIPv4', options.defaultIpv4 ?? '127.0.0.1'],
        ...['-defaultIPv6', options.defaultIpv6 ?? ''],
      ],
    }),
    isReady: async ({ port }) => {
      await post(`http://127.0.0.1:${port(3)}/clear-txt`, { host: 'ready.test.' });
      await fetch(`http://127.0.0.1:${port(1)}/`);
      return (await addressesOf(`127.0.0.1:${port(0)}`, 'ready.test')).length > 0;
    },
  });
  const { port } = peer.place;
  const managementUrl = `http://127.0.0.1:${port(3)}`;
  const manage = (path: string, body: Record<string, unknown>) => post(`${managementUrl}/${path}`, body);
  return {
    ...peer,
    dnsAddress: `127.0.0.1:${port(0)}`,
    httpPort: port(1),
    tlsPort: port(2),
    managementUrl,
    setTxt: (host, value) => manage('set-txt', { host: absolute(host), value }),
    clearTxt: (host) => manage('clear-txt', { host: absolute(host) }),
    addA: (host, ...addresses) => manage('add-a', { host: absolute(host), addresses }),
    clearA: (host) => manage('clear-a', { host: absolute(host) }),
    addAaaa: (host, ...addresses) => manage('add-aaaa', { host: absolute(host), addresses }),
    addCaa: (host, ...policies) => manage('add-caa', { host: absolute(host), policies }),
    setCname: (host, target) => manage('set-cname', { host: absolute(host), target: absolute(target) }),
    clearCname: (host) => manage('clear-cname', { host: absolute(host) }),
    setServerFailure: (host) => manage('set-servfail', { host: absolute(host) }),
    clearServerFailure: (host) => manage('clear-servfail', { host: absolute(host) }),
    setDefaultIpv4: (ip) => manage('set-default-ipv4', { ip }),
    setDefaultIpv6: (ip) => manage('set-default-ipv6', { ip }),
    addHttp01: (token, content) => manage('add-http01', { token, content }),
    removeHttp01: (token) => manage('del-http01', { token }),
  };
}

const absolute = (name: string): string => (name.endsWith('.') ? name : `${name}.`);

async function post(url: string, body: Record<string, unknown>): Promise<void> {
  const answer = await fetch(url, { method: 'POST', body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}: ${await answer.text()}`);
}
