import type { Logger } from '@sifaka/observability';

interface Step {
  name: string;
  run: () => Promise<void>;
}

/** Longest time of one step: together they stay under the ten seconds that a stopping process is given. */
const stepLimitMs = 9_000;

/** Undoes a start in the opposite order, once, whatever a single step throws. */
export class Teardown {
  private readonly steps: Step[] = [];
  private running: Promise<void> | undefined;

  constructor(private readonly logger: Logger) {}

  add(name: string, run: () => Promise<void>): void {
    this.steps.push({ name, run });
  }

  run(): Promise<void> {
    this.running ??= this.undo();
    return this.running;
  }

  private async undo(): Promise<void> {
    for (const step of this.steps.toReversed()) {
      let timer: NodeJS.Timeout | undefined;
      try {
        const limit = new Promise<never>(
          (_, reject) => (timer = setTimeout(() => reject(new Error(`no end within ${stepLimitMs} ms`)), stepLimitMs)),
        );
        await Promise.race([step.run(), limit]);
      } catch (error) {
        this.logger.error({ err: error, step: step.name }, 'fault while stopping');
      } finally {
        clearTimeout(timer);
      }
    }
  }
}
