import { allOperations, type Operation } from '@sifaka/contracts';

interface Route {
  pattern: RegExp;
  methods: Set<string>;
}

const routes = tableOf(allOperations);

/** Methods that exist at a path of the API; empty when the path itself does not exist. */
export function allowedMethods(url: string): string[] {
  const path = url.split('?')[0] ?? '';
  const methods = new Set<string>();
  // A literal path hides the pattern that would match it too: /certificates/valid is no certificate.
  const hit = routes.find(({ pattern }) => pattern.test(path));
  for (const method of hit?.methods ?? []) methods.add(method);
  if (methods.size === 0) return [];
  if (methods.has('GET')) methods.add('HEAD');
  methods.add('OPTIONS');
  return [...methods].sort();
}

function tableOf(operations: readonly Operation[]): Route[] {
  const byPath = new Map<string, Set<string>>();
  for (const { path, method } of operations) byPath.set(path, (byPath.get(path) ?? new Set()).add(method));
  return [...byPath]
    .sort(([a], [b]) => parameters(a) - parameters(b))
    .map(([path, methods]) => ({ pattern: new RegExp(`^/api/1${path.replaceAll(/\{(\w+)\}/g, segment)}$`), methods }));
}

function parameters(path: string): number {
  return path.split('{').length;
}

/** Names and slugs are any segment, everything else is an id. */
function segment(_: string, name: string): string {
  return name === 'name' || name === 'slug' ? '[^/]+' : String.raw`\d+`;
}
