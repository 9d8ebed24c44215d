import { AppError } from '@sifaka/kernel';

/** So many may be at something at once; the others wait in the order in which they came. */
export class LongPlaces {
  private readonly waiting: (() => void)[] = [];

  constructor(private free: number) {}

  /** @returns gives the place back, once @throws AppError `unavailable` when the signal ended the wait */
  async take(signal: AbortSignal): Promise<() => void> {
    if (this.free > 0) this.free -= 1;
    else await this.wait(signal);
    let isBack = false;
    return () => {
      if (isBack) return;
      isBack = true;
      const next = this.waiting.shift();
      if (next === undefined) this.free += 1;
      else next();
    };
  }

  private wait(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const giveUp = (): void => {
        this.waiting.splice(this.waiting.indexOf(turn), 1);
        reject(new AppError('unavailable', 'too many long CRLs are read at once: its turn did not come in time', { reason: busyReason }));
      };
      const turn = (): void => {
        signal.removeEventListener('abort', giveUp);
        resolve();
      };
      this.waiting.push(turn);
      if (signal.aborted) giveUp();
      else signal.addEventListener('abort', giveUp, { once: true });
    });
  }
}

export const busyReason = 'revocation.busy';
