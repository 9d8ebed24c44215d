import { Inject, Injectable } from '@nestjs/common';
import { readKeyRevocationList, type OutputOf, type SystemPrincipal } from '@sifaka/contracts';
import { AppError, isAppError, type Clock } from '@sifaka/kernel';
import { RpcClient } from '@sifaka/messaging';
import { CLOCK } from '@sifaka/runtime';

type KeyRevocationList = OutputOf<typeof readKeyRevocationList>;

/** How long hosts and caches on the way may keep a list. */
export const maxAgeSeconds = 60;

/** How long this gateway keeps one: short, because a revocation by another replica should be seen soon. */
const keptMs = 5_000;
/** A list of 60,000 serials has about a megabyte. */
const mostKept = 50;
/** Lists that are made at the same time, for everybody: a list costs its service a look through all that was revoked. */
const mostAtOnce = 10;

/** The lists of revoked SSH certificates, for anybody on the internet, without letting anybody use them to load the database. */
@Injectable()
export class KeyRevocationLists {
  private readonly kept = new Map<number, { list: Promise<KeyRevocationList>; until: number }>();
  private running = 0;

  constructor(
    private readonly rpc: RpcClient,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** @throws AppError `not_found`, `failed_precondition`; `unavailable` when too many are asked for at once */
  async of(authorityId: number): Promise<KeyRevocationList> {
    const now = this.clock.now().getTime();
    const known = this.kept.get(authorityId);
    if (known !== undefined && known.until > now) return known.list;
    if (this.running >= mostAtOnce) throw new AppError('unavailable', 'too many lists of revoked keys are asked for: come again in a second', { reason: 'krl.busy', retryAfterMs: 1_000 });

    const list = this.ask(authorityId);
    this.kept.delete(authorityId);
    this.kept.set(authorityId, { list, until: now + keptMs });
    const [oldest] = this.kept.keys();
    if (this.kept.size > mostKept && oldest !== undefined) this.kept.delete(oldest);
    return list;
  }

  /** Something was revoked through this gateway: whoever did it may look at once. */
  forget(): void {
    this.kept.clear();
  }

  /** What is not there is kept as well; a fault of the way is not. */
  private async ask(id: number): Promise<KeyRevocationList> {
    this.running += 1;
    try {
      return await this.rpc.call(readKeyRevocationList, { id }, { principal: self });
    } catch (error) {
      if (!isAnswer(error)) this.kept.delete(id);
      throw error;
    } finally {
      this.running -= 1;
    }
  }
}

const self: SystemPrincipal = { kind: 'system', service: 'gateway' };

const isAnswer = (error: unknown): boolean => isAppError(error) && (error.code === 'not_found' || error.code === 'failed_precondition');
