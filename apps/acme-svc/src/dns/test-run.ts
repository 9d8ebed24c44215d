import { dnsTestSteps, type DnsTestReport } from '@sifaka/contracts';
import { toAppError } from '@sifaka/kernel';
import type { Sighting } from './propagation.js';
import { withinTime } from './time-limit.js';

type StepName = (typeof dnsTestSteps)[number];
type Step = DnsTestReport['steps'][number];

/** All steps together end before the caller stops waiting. */
const stepLimitMs = 9_000;
const visibleLimitMs = 18_000;
const betweenLooksMs = 500;

/** The steps of a test, what came of each, and how long it took. Steps after one that failed are skipped. */
export class TestRun {
  private readonly steps: Step[] = [];
  private hasFailed = false;

  /** @returns null when it failed, or was not tried because another one had */
  async step<T>(name: StepName, work: () => Promise<[detail: string, result: T]>): Promise<T | null> {
    if (this.hasFailed) return null;
    let result: T | null = null;
    await this.timed(name, async () => {
      const [detail, value] = await withinTime(work(), `step ${name}`, stepLimitMs);
      result = value;
      return { isPassed: true, detail };
    });
    return result;
  }

  async always(name: StepName, work: () => Promise<string>): Promise<void> {
    await this.timed(name, async () => ({ isPassed: true, detail: await withinTime(work(), `step ${name}`, stepLimitMs) }));
  }

  /** Looks again and again. */
  async until(name: StepName, look: () => Promise<Sighting>): Promise<void> {
    await this.timed(name, async () => {
      const giveUpAt = Date.now() + visibleLimitMs;
      for (;;) {
        const { isSeen, detail } = await look();
        if (isSeen) return { isPassed: true, detail };
        if (Date.now() + betweenLooksMs > giveUpAt) return { isPassed: false, detail: `not seen within ${visibleLimitMs / 1_000} s: ${detail}` };
        await new Promise<void>((resolve) => void setTimeout(resolve, betweenLooksMs));
      }
    });
  }

  report(): DnsTestReport {
    const missing = dnsTestSteps.filter((name) => !this.steps.some((step) => step.name === name));
    const why = this.hasFailed ? 'a step before it failed' : 'it needs a name to write a record for';
    const skipped = missing.map((name) => ({ name, state: 'skipped' as const, detail: why, durationMs: 0 }));
    const order = (step: Step) => dnsTestSteps.indexOf(step.name);
    return { isWorking: !this.hasFailed, steps: [...this.steps, ...skipped].sort((one, other) => order(one) - order(other)) };
  }

  private async timed(name: StepName, work: () => Promise<{ isPassed: boolean; detail: string }>): Promise<void> {
    const startedAt = Date.now();
    const outcome = await work().catch((error: unknown) => ({ isPassed: false, detail: toAppError(error).message }));
    this.hasFailed ||= !outcome.isPassed;
    this.steps.push({ name, state: outcome.isPassed ? 'passed' : 'failed', detail: outcome.detail, durationMs: Date.now() - startedAt });
  }
}
