import { createHash } from 'node:crypto';
import { isIP } from 'node:net';
import { addressAt, addressSet, parseBlock, plainAddress, type Block } from './addresses.js';
import { parseHost, parsePorts, splitList, type Port } from './plan-syntax.js';

/** What a scan can be made to do at most. */
export const scanLimits = {
  /** Open connections of all scans of this process together. */
  sockets: 200,
  /** A /16: at the usual rate a minute for each port. */
  blockAddresses: 65_536,
  hosts: 10_000,
  blocks: 256,
  serverNames: 20,
  ports: 1_024,
  /** Addresses times ports. */
  endpoints: 262_144,
} as const;

export interface Target extends Port {
  host: string;
  /** The block that it is of; null: somebody named this host, so that it is worth a word when it is silent. */
  network: string | null;
}

export interface ScanPlan {
  /** Endpoints, those that are left out included: every one has its number. */
  size: number;
  /** Null: left out, or it stands elsewhere in the plan. */
  at(index: number): Target | null;
  serverNames: readonly string[];
  /** The same for as long as the same options mean the same endpoints in the same order. */
  id: string;
}

export interface PlanOptions {
  hosts: string;
  networks: string;
  ports: string;
  server_names: string;
  exclude: string;
}

export interface PlanFault {
  option: keyof PlanOptions;
  message: string;
}

/** Reads the options: the plan, and all that is wrong with them. */
export function planScan(options: PlanOptions): { plan: ScanPlan; faults: PlanFault[] } {
  const faults: PlanFault[] = [];
  const refuse = (option: keyof PlanOptions) => (message: string) => faults.push({ option, message });
  const ports = parsePorts(options.ports, refuse('ports'), scanLimits.ports);
  const hosts = splitList(options.hosts).flatMap((text) => parseHost(text, refuse('hosts')) ?? []);
  const blocks = blocksOf(options.networks, refuse('networks'));
  const serverNames = namesOf(options.server_names, refuse('server_names'));
  const isExcluded = exclusion(options.exclude, refuse('exclude'));
  if (hosts.length > scanLimits.hosts) refuse('hosts')(`has ${hosts.length} entries, at most ${scanLimits.hosts} are looked at`);
  const listed = uniqueTargets(hosts.flatMap(({ host, port }) => (port === null ? ports : [port]).map((each) => ({ host, network: null, ...each }))));
  const size = listed.length + blocks.reduce((sum, block) => sum + Number(block.size), 0) * ports.length;
  if (size === 0 && faults.length === 0) refuse('hosts')('name hosts, or blocks of addresses among the networks');
  if (size > scanLimits.endpoints) refuse('networks')(`${size} endpoints (addresses times ports), at most ${scanLimits.endpoints} are looked at: use smaller blocks, fewer ports or several sources`);
  const id = createHash('sha256').update(JSON.stringify(options, ['hosts', 'networks', 'ports', 'server_names', 'exclude'])).digest('base64url').slice(0, 16);
  return { plan: { size, serverNames, id, at: targetsIn(listed, blocks, ports, isExcluded) }, faults };
}

type Refuse = (message: string) => void;

function blocksOf(text: string, refuse: Refuse): Block[] {
  const entries = splitList(text);
  if (entries.length > scanLimits.blocks) refuse(`has ${entries.length} blocks, at most ${scanLimits.blocks} are looked at`);
  return entries.flatMap((entry) => {
    const block = parseBlock(entry);
    if (block === null) refuse(`"${entry.slice(0, 80)}" is no block of addresses such as 192.0.2.0/24 or 2001:db8::/120`);
    else if (block.size > BigInt(scanLimits.blockAddresses)) refuse(`"${entry}" has ${block.size} addresses, at most ${scanLimits.blockAddresses} are looked at: an IPv4 block ends in /16 or more, an IPv6 block in /112 or more`);
    else return [block];
    return [];
  });
}

function namesOf(text: string, refuse: Refuse): string[] {
  const names = [...new Set(splitList(text).map((name) => name.toLowerCase()))];
  if (names.length > scanLimits.serverNames) refuse(`has ${names.length} names, at most ${scanLimits.serverNames} are asked for`);
  for (const name of names) if (isIP(name) !== 0 || !/^[a-z0-9_*-][a-z0-9._-]{0,254}$/.test(name)) refuse(`"${name.slice(0, 80)}" is no host name`);
  return names;
}

type IsExcluded = (host: string, port: number) => boolean;

function exclusion(text: string, refuse: Refuse): IsExcluded {
  const wholes: string[] = [];
  const hosts = new Set<string>();
  for (const entry of splitList(text)) {
    if (parseBlock(entry) !== null) {
      wholes.push(entry);
      continue;
    }
    const found = parseHost(entry, refuse);
    if (found !== null) hosts.add(found.port === null ? found.host : `${found.host} ${found.port.port}`);
  }
  const isInBlock = addressSet(wholes);
  return (host, port) => hosts.has(host) || hosts.has(`${host} ${port}`) || (isIP(host) !== 0 && isInBlock(host));
}

function uniqueTargets(targets: readonly Target[]): Target[] {
  return [...new Map(targets.map((target) => [`${target.host} ${target.port}`, target])).values()];
}

/** Listed hosts first, then block by block, address by address, port by port. */
function targetsIn(listed: readonly Target[], blocks: readonly Block[], ports: readonly Port[], isExcluded: IsExcluded): ScanPlan['at'] {
  const known = new Set(listed.map(({ host, port }) => `${host} ${port}`));
  const earlier = blocks.map((_, index) => addressSet(blocks.slice(0, index).map(({ text }) => text)));
  return (index) => {
    const target = listed[index];
    if (target !== undefined) return isExcluded(target.host, target.port) ? null : target;
    let left = index - listed.length;
    for (const [number, block] of blocks.entries()) {
      const endpoints = Number(block.size) * ports.length;
      const port = ports[left % ports.length];
      if (left >= endpoints || port === undefined) {
        left -= endpoints;
        continue;
      }
      const host = plainAddress(addressAt(block, Math.floor(left / ports.length)));
      return known.has(`${host} ${port.port}`) || earlier[number]?.(host) === true || isExcluded(host, port.port) ? null : { host, network: block.text, ...port };
    }
    return null;
  };
}
