/** Longer headers than any CA sends are not looked at. */
const longestHeader = 16_384;

const link = /<([^<>]{1,2048})>((?:\s*;\s*[\w!#$&+.^`|~*-]+(?:\s*=\s*(?:"[^"]*"|[^\s",;]*))?)*)/g;

/** Addresses of a `Link` header (RFC 8288) with the relation, absolute, in order, each once. */
export function linksOf(header: string | null, relation: string, baseUrl: string): string[] {
  if (header === null || header.length > longestHeader) return [];
  const found = new Set<string>();
  for (const [, target = '', parameters = ''] of header.matchAll(link)) {
    const relations = /;\s*rel\s*=\s*(?:"([^"]*)"|([^\s",;]*))/i.exec(parameters);
    const names = (relations?.[1] ?? relations?.[2] ?? '').toLowerCase().split(/\s+/);
    if (names.includes(relation) && URL.canParse(target, baseUrl)) found.add(new URL(target, baseUrl).href);
  }
  return [...found];
}
