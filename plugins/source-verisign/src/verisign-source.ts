import { fault, found, isViceSuccess, Patience, readBundle, scanPages, VerisignApi, viceFault, type Ask, type ListedPage, type PagedList } from '@sifaka/ca-clients';
import type { Finding, PluginContext, ScanRequest, Source } from '@sifaka/plugin-sdk';
import type { VerisignSourceOptions } from './options.js';

const dayMs = 86_400_000;

/** A report has no pages and spans six years at most; a quarter of a year of orders is a small one. */
const reportDays = 92;

const years = 5;

/** The valid certificates that were ordered in the last five years, by reports of a quarter of a year each. */
export class VerisignSource implements Source {
  private readonly api: VerisignApi;

  constructor(
    private readonly options: VerisignSourceOptions,
    private readonly context: PluginContext,
  ) {
    this.api = new VerisignApi(options, context);
  }

  async check(): Promise<void> {
    const today = this.context.clock.now();
    const [product = ''] = this.products;
    await this.api.validOrders(product, { from: new Date(today.getTime() - dayMs), to: today });
  }

  scan(request: ScanRequest): AsyncIterable<Finding> {
    return scanPages(new ValidOrders(this.api, this.products, this.context.clock.now()), new Patience(), request);
  }

  private get products(): string[] {
    return this.options.product.split(',').map((name) => name.trim());
  }
}

/** Days are where a report begins, `2026-11-22`. */
class ValidOrders implements PagedList<string> {
  readonly first: string;

  constructor(
    private readonly api: VerisignApi,
    private readonly products: readonly string[],
    private readonly today: Date,
  ) {
    const start = new Date(today);
    start.setUTCFullYear(today.getUTCFullYear() - years);
    this.first = dayOf(start);
  }

  nameOf(cursor: string): string {
    return `report from ${cursor} to ${dayOf(this.endOf(cursor))}`;
  }

  async read(cursor: string): Promise<ListedPage<string>> {
    const period = { from: new Date(cursor), to: this.endOf(cursor) };
    const items: string[] = [];
    for (const product of this.products) items.push(...(await this.api.validOrders(product, period)));
    return { items: [...new Set(items)], next: this.behind(cursor) };
  }

  behind(cursor: string): string | null {
    const next = dayOf(new Date(this.endOf(cursor).getTime() + dayMs));
    return next > dayOf(this.today) ? null : next;
  }

  labelOf(id: string): string {
    return `order ${id}`;
  }

  async find(id: string, ask: Ask): Promise<Finding | null> {
    const answer = await ask(() => this.api.pickup(id));
    if (!isViceSuccess(answer)) throw viceFault(answer);
    if (answer.certificate === null) return fault(this.labelOf(id), 'is reported as valid, and its certificate is not handed out', 'everything');
    const [certificate, ...others] = readBundle(this.labelOf(id), answer.certificate);
    return found(certificate, others, { externalId: id });
  }

  private endOf(cursor: string): Date {
    return new Date(Math.min(new Date(cursor).getTime() + (reportDays - 1) * dayMs, new Date(dayOf(this.today)).getTime()));
  }
}

const dayOf = (date: Date): string => date.toISOString().slice(0, 10);
