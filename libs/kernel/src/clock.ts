/** The only source of the present: decisions take it as an argument, services inject it. */
export interface Clock {
  now(): Date;
}

export const systemClock: Clock = { now: () => new Date() };

/** A clock for tests that stands still until it is moved. */
export function fixedClock(start: Date): Clock & { set(to: Date): void; advance(ms: number): void } {
  let now = start.getTime();
  return {
    now: () => new Date(now),
    set: (to) => void (now = to.getTime()),
    advance: (ms) => void (now += ms),
  };
}
