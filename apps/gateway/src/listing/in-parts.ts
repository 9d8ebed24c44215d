/** Asks about many ids at once in questions that every bus carries; the answers are in the order of the ids. */
export async function inParts<T>(ids: readonly number[], length: number, read: (part: number[]) => Promise<readonly T[]>): Promise<T[]> {
  const parts = Array.from({ length: Math.ceil(ids.length / length) }, (_, part) => ids.slice(part * length, (part + 1) * length));
  return (await Promise.all(parts.map(read))).flat();
}
