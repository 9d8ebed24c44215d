import { isAppError } from '@sifaka/kernel';
import type { IssueOutcome } from '../kinds/issuer.js';
import type { PluginContext } from '../context.js';

export type PolledOutcome = Extract<IssueOutcome, { settledBy: 'poll' }>;

/**
 * Fetches the certificate of an order that the CA has taken. From here on no fault means that nothing was issued: whatever goes
 * wrong, the order is still there under its id, and `poll` goes on where this stopped.
 *
 * @param later names the order by its external id
 * @param fetch everything that is done after the CA gave the id
 */
export async function orLater({ logger }: Pick<PluginContext, 'logger'>, later: PolledOutcome & { externalId: string }, fetch: () => Promise<IssueOutcome>): Promise<IssueOutcome> {
  try {
    return await fetch();
  } catch (error) {
    const { externalId } = later;
    logger.warn('the CA took the order, and did not hand out its certificate yet: it is asked again', { externalId, fault: error instanceof Error ? error.message : String(error) });
    const retryAfterMs = isAppError(error) ? error.retryAfterMs : undefined;
    return { ...later, ...(retryAfterMs !== undefined && { retryAfterMs }) };
  }
}
