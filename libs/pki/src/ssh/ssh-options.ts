import { networkBytes } from '../extension/ip.js';
import { invalidField, malformed, shown } from '../invalid.js';
import { SshReader, sshString } from './wire.js';

/** What a user certificate may be used for only (PROTOCOL.certkeys, "Critical options"). sshd refuses what it does not know. */
export interface SshCriticalOptions {
  /** Runs in place of what the client asks for. */
  readonly forceCommand?: string;
  /** Addresses and blocks `192.0.2.0/24` from which it is accepted. */
  readonly sourceAddress?: readonly string[];
  /** The key's token must see its user (FIDO). */
  readonly verifyRequired?: boolean;
  /** Others, as read; never written here. */
  readonly other?: ReadonlyMap<string, Buffer>;
}

/** Extensions of user certificates that OpenSSH knows. */
export const sshExtensions = [
  'no-touch-required',
  'permit-X11-forwarding',
  'permit-agent-forwarding',
  'permit-port-forwarding',
  'permit-pty',
  'permit-user-rc',
] as const;

/** What `ssh-keygen` gives a user certificate that asks for nothing else. */
export const defaultSshExtensions: readonly string[] = ['permit-X11-forwarding', 'permit-agent-forwarding', 'permit-port-forwarding', 'permit-pty', 'permit-user-rc'];

const sourceAddressChars = 1_024;
const forceCommandChars = 4_096;

/** Name and data pairs in the order of their names, as OpenSSH insists. */
export function encodeCriticalOptions(options: SshCriticalOptions): Buffer {
  const { forceCommand, sourceAddress, verifyRequired } = options;
  return Buffer.concat([
    ...(forceCommand === undefined ? [] : [pair('force-command', sshString(checkedForceCommand(forceCommand)))]),
    ...(sourceAddress === undefined || sourceAddress.length === 0 ? [] : [pair('source-address', sshString(checkedSourceAddress(sourceAddress).join(',')))]),
    ...(verifyRequired === true ? [pair('verify-required', Buffer.alloc(0))] : []),
  ]);
}

/** Extensions in the order of their names, each once. */
export function encodeSshExtensions(extensions: readonly string[]): Buffer {
  return Buffer.concat([...new Set(extensions)].sort(byBytes).map((name) => pair(checkedExtension(name), Buffer.alloc(0))));
}

/**
 * Addresses and blocks, as sshd reads them.
 *
 * @throws AppError `invalid_argument`, field `path`: with one bad entry sshd would refuse the certificate everywhere
 */
export function checkedSourceAddress(addresses: readonly string[], path = 'extensions.ssh.criticalOptions.sourceAddress'): string[] {
  const checked = addresses.map((address) => address.trim());
  const bad = checked.find((address) => /\/\d+\.\d/.test(address) || networkBytes(address) === null);
  if (bad !== undefined) throw invalidField(path, `${shown(bad)} is neither an address nor a block like 192.0.2.0/24 without host bits`);
  const chars = checked.join(',').length;
  if (chars > sourceAddressChars) throw invalidField(path, `the addresses take ${chars} characters, ${sourceAddressChars} are accepted`);
  return checked;
}

/** True when all addresses and blocks lie within one of the others. Both as `checkedSourceAddress` takes them. */
export function addressesLieWithin(addresses: readonly string[], blocks: readonly string[]): boolean {
  const allowed = blocks.flatMap((block) => networkBytes(block) ?? []);
  return addresses.every((address) => {
    const inner = networkBytes(address);
    return inner !== null && allowed.some((outer) => isWithin(inner, outer));
  });
}

/** Address and mask, each half of the bytes: what the outer mask fixes, the inner one fixes to the same. */
function isWithin(inner: Buffer, outer: Buffer): boolean {
  if (inner.length !== outer.length) return false;
  const half = outer.length / 2;
  return outer.subarray(half).every((mask, index) => {
    const innerMask = inner[half + index] ?? 0;
    return (innerMask & mask) === mask && ((inner[index] ?? 0) & mask) === ((outer[index] ?? 0) & mask);
  });
}

/** @throws AppError `invalid_argument`, field `path` */
export function checkedForceCommand(command: string, path = 'extensions.ssh.criticalOptions.forceCommand'): string {
  if (command.trim() === '' || command.length > forceCommandChars || /[\0\r\n]/.test(command)) {
    throw invalidField(path, `${shown(command)} is no command of one line with at most ${forceCommandChars} characters`);
  }
  return command;
}

/** @throws AppError `invalid_argument`, field `path` */
export function checkedExtension(name: string, path = 'extensions.ssh.extensions'): string {
  if (isSshExtension(name)) return name;
  throw invalidField(path, `${shown(name)} is no extension of OpenSSH; there are ${sshExtensions.join(', ')}`);
}

const isSshExtension = (name: string): boolean => sshExtensions.some((known) => known === name);

export function parseCriticalOptions(bytes: Buffer): SshCriticalOptions {
  const options: { forceCommand?: string; sourceAddress?: string[]; verifyRequired?: boolean; other?: Map<string, Buffer> } = {};
  for (const [name, data] of pairs(bytes, 'critical options')) {
    if (name === 'force-command') options.forceCommand = onlyText(data);
    else if (name === 'source-address') options.sourceAddress = onlyText(data).split(',');
    else if (name === 'verify-required') options.verifyRequired = true;
    else (options.other ??= new Map()).set(name, data);
  }
  return options;
}

export function parseSshExtensions(bytes: Buffer): string[] {
  return pairs(bytes, 'extensions').map(([name]) => name);
}

function pairs(bytes: Buffer, what: string): [string, Buffer][] {
  const reader = new SshReader(bytes, `SSH certificate's ${what}`);
  const found: [string, Buffer][] = [];
  while (!reader.isAtEnd) {
    const name = reader.text();
    const last = found.at(-1)?.[0];
    if (last !== undefined && byBytes(last, name) >= 0) throw malformed(`the certificate's ${what} are not in order: ${shown(name)} comes after ${shown(last)}`);
    found.push([name, reader.string()]);
  }
  return found;
}

function onlyText(data: Buffer): string {
  const reader = new SshReader(data, 'SSH certificate option');
  const text = reader.text();
  reader.finish();
  return text;
}

const pair = (name: string, data: Uint8Array): Buffer => Buffer.concat([sshString(name), sshString(data)]);

const byBytes = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));
