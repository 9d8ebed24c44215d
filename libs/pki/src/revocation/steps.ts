/** Work that pauses every few milliseconds: whoever does it says what happens meanwhile. */
export type Steps<Result> = Generator<void, Result, void>;

/** Does all of it in one go. */
export function atOnce<Result>(steps: Steps<Result>): Result {
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}

/** Two milliseconds, or five. */
export const entriesOfStep = 16_384;
