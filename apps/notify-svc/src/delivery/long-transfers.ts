/** What a turn at a target looks at before it goes on. */
export interface Turn {
  /** Nobody waits for it any more: it ends with the message in hand. */
  isAlone: boolean;
}

export interface LongTransferLimits {
  /** A turn that takes longer goes on by itself. Milliseconds. */
  patienceMs: number;
  /** Of those that go on by themselves; further ones keep their place in the queue until they have ended. */
  most: number;
  /** What goes wrong in one for which nobody waits. */
  onFault: (error: unknown) => void;
}

/**
 * Lets turns that take minutes go on outside the queue, whose few places would else be taken by servers that are slow to answer, and nothing
 * would be sent anywhere.
 */
export class LongTransfers {
  private readonly going = new Set<Promise<void>>();
  private isClosed = false;

  constructor(private readonly limits: LongTransferLimits) {}

  /** Comes back when the work is done, or has gone on by itself. @param signal of the queue: aborts when the service stops */
  async run(work: (turn: Turn) => Promise<void>, signal: AbortSignal): Promise<void> {
    const turn: Turn = { isAlone: false };
    const working = work(turn);
    if (await endsWithin(working, this.limits.patienceMs)) return;
    // When the service stops the queue is who waits for it.
    if (signal.aborted || this.isClosed || this.going.size >= this.limits.most) return working;
    turn.isAlone = true;
    const going: Promise<void> = working.catch(this.limits.onFault).finally(() => this.going.delete(going));
    this.going.add(going);
  }

  /** Nothing goes on by itself any more, and what does is waited for that long. */
  async close(limitMs: number): Promise<void> {
    this.isClosed = true;
    await endsWithin(Promise.all(this.going), limitMs);
  }
}

async function endsWithin(working: Promise<unknown>, ms: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => (timer = setTimeout(() => resolve(false), ms)));
  try {
    return await Promise.race([working.then(() => true), late]);
  } finally {
    clearTimeout(timer);
  }
}
