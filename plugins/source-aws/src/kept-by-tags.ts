/** DescribeTags of either kind of load balancer takes so many at once. */
const perCall = 20;

export interface TagReader<Item> {
  nameOf: (item: Item) => string | undefined;
  /** Keys of the tags by name. */
  tags: (names: string[]) => Promise<Map<string, string[]>>;
}

/** Those without any of the tags. Where tags cannot be read, nothing is passed over. */
export async function keptByTags<Item>(items: readonly Item[], ignored: ReadonlySet<string>, { nameOf, tags }: TagReader<Item>): Promise<Item[]> {
  if (ignored.size === 0) return [...items];
  const kept: Item[] = [];
  for (let start = 0; start < items.length; start += perCall) {
    const some = items.slice(start, start + perCall);
    const known = await readable(some.flatMap((item) => nameOf(item) ?? []), tags);
    kept.push(...some.filter((item) => !(known.get(nameOf(item) ?? '') ?? []).some((key) => ignored.has(key))));
  }
  return kept;
}

/** One that was deleted meanwhile makes AWS refuse them all: then each is asked for alone. */
async function readable(names: string[], tags: (names: string[]) => Promise<Map<string, string[]>>): Promise<Map<string, string[]>> {
  if (names.length === 0) return new Map();
  try {
    return await tags(names);
  } catch {
    if (names.length === 1) return new Map();
  }
  const each = await Promise.all(names.map((name) => tags([name]).catch(() => new Map<string, string[]>())));
  return new Map(each.flatMap((one) => [...one]));
}
