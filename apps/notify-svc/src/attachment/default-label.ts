import { createHash } from 'node:crypto';

/** The security team among owners. */
export const securityOwner = '*';

/** So that every label stays within its 128 characters. */
const longestStem = 100;
const hashLength = 8;

/**
 * Names that an owner's notifications may go by, best first: the local part of the address, as in Lemur; with its domain, when that is somebody
 * else's already; and one that nobody else can have. Each is upper case and at most 100 characters long.
 */
export function stemsOf(owner: string): [local: string, withDomain: string, own: string] {
  const at = owner.lastIndexOf('@');
  const local = at === -1 ? owner : owner.slice(0, at);
  const withDomain = owner.replaceAll(/[@.]/g, '_');
  const hash = createHash('sha256').update(owner).digest('hex').slice(0, hashLength);
  return [fitting(local, hash), fitting(withDomain, hash), `${cut(withDomain)}_${hash.toUpperCase()}`];
}

function fitting(text: string, hash: string): string {
  const upper = text.toUpperCase();
  return upper.length <= longestStem ? upper : `${cut(text)}_${hash.toUpperCase()}`;
}

const cut = (text: string): string => text.toUpperCase().slice(0, longestStem - hashLength - 1);

export const defaultLabel = (stem: string, days: number): string => `DEFAULT_${stem}_${days}_DAY`;

/** Whether a label is one of those that go by a stem: `DEFAULT_JOE_30_DAY` is none of JO's, and `DEFAULT_JOE_B_TEST_30_DAY` none of JOE's. */
export function isDefaultOf(stem: string, label: string): boolean {
  const prefix = `DEFAULT_${stem}_`;
  return label.startsWith(prefix) && /^\d+_DAY$/.test(label.slice(prefix.length));
}

/** Whether recipients are those of somebody else with the same local part at another domain: such a notification came from where owners shared it. */
export function isSomebodyElses(owner: string, recipients: readonly string[]): boolean {
  const local = `${owner.slice(0, Math.max(0, owner.lastIndexOf('@')))}@`;
  const known = recipients.map((address) => address.trim().toLowerCase());
  return !known.includes(owner) && known.some((address) => address.startsWith(local) && local.length > 1);
}
