import type { StandInAnswer } from '@sifaka/plugin-sdk/conformance';

interface Trouble {
  at: RegExp;
  answer: StandInAnswer;
  left: number;
}

/** Answers in place of the right ones: pages of errors, too many requests. */
export class Troubles {
  private readonly list: Trouble[] = [];

  /** @param times how often, then it is over */
  add(at: RegExp, answer: StandInAnswer, times = Number.POSITIVE_INFINITY): void {
    this.list.push({ at, answer, left: times });
  }

  clear(): void {
    this.list.length = 0;
  }

  next(url: string): StandInAnswer | null {
    const trouble = this.list.find(({ at, left }) => left > 0 && at.test(decodeURIComponent(url)));
    if (trouble === undefined) return null;
    trouble.left -= 1;
    return trouble.answer;
  }
}
