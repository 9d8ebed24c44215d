import { setTimeout } from 'node:timers/promises';

/** How many renewals one authority is asked for in one minute, whatever has gathered: the rest comes in the next ones. */
export class AuthorityMinute {
  /** Nothing was taken yet. */
  isNew = true;
  private count = 0;
  private most = leastAMinute;
  private startedAt = performance.now();

  /** @param isByRequest whoever asked for all waits for the next minute, which nobody else begins */
  constructor(private readonly isByRequest: boolean) {}

  async hasRoom(signal: AbortSignal): Promise<boolean> {
    if (this.count < this.most) return true;
    if (!this.isByRequest) return false;
    await setTimeout(Math.max(0, this.startedAt + minuteMs - performance.now()), undefined, { signal, ref: false }).catch(() => undefined);
    [this.count, this.startedAt] = [0, performance.now()];
    return !signal.aborted;
  }

  taken(count: number, perHour: number): void {
    this.isNew = false;
    this.count += count;
    this.most = this.isByRequest ? leastAMinute : Math.max(leastAMinute, (2 * perHour) / 60);
  }
}

const minuteMs = 60_000;
/** One a second. */
const leastAMinute = 60;
