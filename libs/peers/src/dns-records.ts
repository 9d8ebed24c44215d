import { Resolver } from 'node:dns/promises';

const queryLimitMs = 2_000;
const tries = 3;

/** TXT records of a name as that server ("127.0.0.1:port") answers them; none when it knows no such name. */
export async function txtRecords(server: string, name: string): Promise<string[]> {
  const resolver = new Resolver({ timeout: queryLimitMs, tries });
  resolver.setServers([server]);
  try {
    return (await resolver.resolveTxt(name)).map((parts) => parts.join(''));
  } catch (error) {
    if (['ENODATA', 'ENOTFOUND'].includes(dnsFault(error) ?? '')) return [];
    throw error;
  }
}

/** Whether that server answers for the zone with authority: it has its SOA record. */
export async function answersFor(server: string, zone: string): Promise<boolean> {
  const resolver = new Resolver({ timeout: 500, tries: 1 });
  resolver.setServers([server]);
  await resolver.resolveSoa(zone);
  return true;
}

/** IPv4 addresses of a name as that server answers them; throws when it does not answer within half a second. */
export function addressesOf(server: string, name: string): Promise<string[]> {
  const resolver = new Resolver({ timeout: 500, tries: 1 });
  resolver.setServers([server]);
  return resolver.resolve4(name);
}

/** The code of a failed question, such as EREFUSED; undefined for other errors. Told by shape: Jest's `Error` is another than Node's. */
export function dnsFault(error: unknown): string | undefined {
  return typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}
