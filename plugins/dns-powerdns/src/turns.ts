/** The last in the line of each address; gone when nobody waits. */
const lines = new Map<string, Promise<unknown>>();

/** One at a time for each address in this process, in the order in which they came. */
export async function inTurn<Result>(address: string, work: () => Promise<Result>): Promise<Result> {
  const before = lines.get(address) ?? Promise.resolve();
  const turn = before.then(work);
  const done = turn.then(nothing, nothing);
  lines.set(address, done);
  try {
    return await turn;
  } finally {
    if (lines.get(address) === done) lines.delete(address);
  }
}

const nothing = (): void => undefined;
