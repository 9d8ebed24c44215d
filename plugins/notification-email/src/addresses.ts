/** One address: what RFC 5321 calls a mailbox, without quoted local parts and literal addresses. Names outside ASCII count as well. */
export const addressPattern = '[^\\s@,;:<>()\\[\\]"\\\\\\x00-\\x1f\\x7f]{1,64}@(?!-)[^\\s@,;:<>()\\[\\]"\\\\\\x00-\\x1f\\x7f]{1,253}';

const address = new RegExp(`^${addressPattern}$`);

export const isAddress = (text: string): boolean => address.test(text);

/** The addresses of a list with commas between, each once; empty when one of them is none. */
export function addressList(list: string): string[] {
  const all = list
    .split(',')
    .map((each) => each.trim())
    .filter((each) => each !== '');
  return all.every(isAddress) ? distinct(all) : [];
}

/** Each mailbox once, whatever its case. */
export function distinct(addresses: readonly string[]): string[] {
  const seen = new Set<string>();
  return addresses.filter((each) => {
    const key = each.toLowerCase();
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}
