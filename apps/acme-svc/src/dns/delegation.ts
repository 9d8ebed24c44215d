import { AppError } from '@sifaka/kernel';

/** Aliases of aliases in one chain; resolvers give up at about as many. */
const maxAliases = 8;

/**
 * Where CNAME records lead from a name: to the name itself when there are none.
 *
 * @param cnameOf what a name is an alias of, or null
 * @throws AppError `failed_precondition`, reason `dns.delegation_loop`, for a chain without an end or too long
 */
export async function followAliases(name: string, cnameOf: (name: string) => Promise<string | null>): Promise<string> {
  const chain = [name];
  for (let at = name; ; ) {
    const target = await cnameOf(at);
    if (target === null) return at;
    const isCircle = chain.includes(target);
    chain.push(target);
    if (isCircle || chain.length > maxAliases + 1) {
      const what = isCircle ? 'the CNAME records turn in a circle' : `more than ${maxAliases} CNAME records lead on`;
      throw new AppError('failed_precondition', `${what}: ${chain.join(' → ')}`, { reason: 'dns.delegation_loop' });
    }
    at = target;
  }
}
