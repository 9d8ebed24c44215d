import { DigicertCisApi, fault, found, Patience, readBundle, scanPages, type Ask, type DigicertCisListed, type ListedPage, type PagedList } from '@sifaka/ca-clients';
import type { Finding, PluginContext, ScanRequest, Source } from '@sifaka/plugin-sdk';
import type { DigicertCisSourceOptions } from './options.js';

/** dev.digicert.com, "Rate limits": 100 in 5 s and 1000 in 3 min for a key. A tenth is left to whoever issues with the same key. */
const limits = [
  { requests: 90, withinMs: 5_000 },
  { requests: 900, withinMs: 180_000 },
];

/** The issued certificates of one key of the Certificate Issuing Service. */
export class DigicertCisSource implements Source {
  private readonly api: DigicertCisApi;

  constructor(options: DigicertCisSourceOptions, context: PluginContext) {
    this.api = new DigicertCisApi(options, context);
  }

  async check(): Promise<void> {
    await this.api.search(1);
  }

  scan(request: ScanRequest): AsyncIterable<Finding> {
    return scanPages(new Search(this.api), new Patience(limits), request);
  }
}

class Search implements PagedList<DigicertCisListed> {
  readonly first = '1';
  private pages = 0;

  constructor(private readonly api: DigicertCisApi) {}

  nameOf(cursor: string): string {
    return `page ${cursor} of the search`;
  }

  async read(cursor: string): Promise<ListedPage<DigicertCisListed>> {
    const { certificates, total_pages: pages } = await this.api.search(Number.parseInt(cursor, 10));
    this.pages = pages;
    return { items: certificates, next: this.behind(cursor) };
  }

  behind(cursor: string): string | null {
    const page = Number.parseInt(cursor, 10);
    return page < this.pages ? String(page + 1) : null;
  }

  labelOf({ id }: DigicertCisListed): string {
    return `certificate ${id}`;
  }

  async find(listed: DigicertCisListed, ask: Ask): Promise<Finding | null> {
    if (listed.status !== undefined && listed.status.toLowerCase() !== 'issued') return null;
    const what = this.labelOf(listed);
    const text = await ask(() => this.api.certificate(listed.id));
    if (text === null) return fault(what, 'was found by the search, and is not there', 'nothing');
    const [certificate, ...others] = readBundle(what, text);
    return found(certificate, others, { name: listed.common_name ?? null, externalId: listed.id });
  }
}
