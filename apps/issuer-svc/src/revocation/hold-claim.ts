/**
 * Keeps a claim for as long as work takes, with a term so short that others need not wait long for what a process that died left behind.
 *
 * @param renew false: somebody else has it by now. What it throws is passed over: it is tried again before the claim ends
 */
export async function holdClaim<T>(renew: () => Promise<boolean>, work: () => Promise<T>): Promise<T> {
  let renewing: Promise<unknown> = Promise.resolve();
  let isRenewing = false;
  const timer = setInterval(() => {
    if (isRenewing) return;
    isRenewing = true;
    renewing = renew().then(
      (isHeld) => {
        if (!isHeld) clearInterval(timer);
      },
      () => undefined,
    ).finally(() => (isRenewing = false));
  }, renewMs);
  try {
    return await work();
  } finally {
    clearInterval(timer);
    // One that is late would take the claim of the next.
    await renewing;
  }
}

/** A process that is busy for some seconds in one piece, or whose database is, must not lose what it holds. */
export const claimMs = 12_000;
const renewMs = 3_000;
