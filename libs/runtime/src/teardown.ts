import type { Logger } from '@sifaka/observability';

interface Step {
  name: string;
  run: () => Promise<void>;
}

/** What a step may still have when those before it used up the time: enough to close what is at rest. */
const leastStepMs = 200;

/** Undoes a start in the opposite order, once, within one limit for all steps, whatever a single step throws. */
export class Teardown {
  private readonly steps: Step[] = [];
  private running: Promise<void> | undefined;

  constructor(private readonly logger: Logger) {}

  add(name: string, run: () => Promise<void>): void {
    this.steps.push({ name, run });
  }

  run(limitMs: number): Promise<void> {
    this.running ??= this.undo(performance.now() + limitMs);
    return this.running;
  }

  private async undo(endAt: number): Promise<void> {
    const steps = this.steps.toReversed();
    for (const [index, step] of steps.entries()) {
      const later = steps.length - index - 1;
      const limitMs = Math.max(leastStepMs, endAt - performance.now() - later * leastStepMs);
      await this.undoOne(step, Math.round(limitMs));
    }
  }

  private async undoOne(step: Step, limitMs: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    try {
      const limit = new Promise<never>(
        (_, reject) => (timer = setTimeout(() => reject(new Error(`no end within ${limitMs} ms`)), limitMs)),
      );
      await Promise.race([step.run(), limit]);
    } catch (error) {
      this.logger.error({ err: error, step: step.name }, 'fault while stopping');
    } finally {
      clearTimeout(timer);
    }
  }
}
