import { isAppError } from '@sifaka/kernel';

interface Waiting<Change> {
  change: Change;
  done: () => void;
  failed: (error: unknown) => void;
}

/** A hundred records are some 30 kB of JSON, and one transaction of milliseconds. */
const mostTogether = 100;

/**
 * Changes that wait for their turn at one place go together when it comes. Of those that are refused together each is tried alone: the
 * refusal may be for one of them.
 */
export class JointChanges<Change> {
  private readonly waiting: Waiting<Change>[] = [];
  private isPlanned = false;

  /** @param inTurn runs its work when nobody else writes @param send all or none */
  constructor(
    private readonly inTurn: (work: () => Promise<void>) => Promise<void>,
    private readonly send: (changes: readonly Change[]) => Promise<void>,
  ) {}

  make(change: Change): Promise<void> {
    return new Promise((done, failed) => {
      this.waiting.push({ change, done, failed });
      this.plan();
    });
  }

  private plan(): void {
    if (this.isPlanned || this.waiting.length === 0) return;
    this.isPlanned = true;
    void this.inTurn(() => {
      this.isPlanned = false;
      const batch = this.waiting.splice(0, mostTogether);
      this.plan();
      return this.sendAll(batch);
    });
  }

  private async sendAll(batch: readonly Waiting<Change>[]): Promise<void> {
    try {
      await this.send(batch.map(({ change }) => change));
      for (const { done } of batch) done();
    } catch (error) {
      if (batch.length > 1 && isRefusal(error)) for (const one of batch) await this.sendAll([one]);
      else for (const { failed } of batch) failed(error);
    }
  }
}

/** The far side's no to what it was given; silence and faults of its own concern all alike. */
const isRefusal = (error: unknown): boolean => isAppError(error) && (error.code === 'failed_precondition' || error.code === 'conflict');
