import { DigicertApi, Patience, scanPages } from '@sifaka/ca-clients';
import { AppError } from '@sifaka/kernel';
import type { Finding, PluginContext, ScanRequest, Source } from '@sifaka/plugin-sdk';
import { IssuedOrders } from './issued-orders.js';
import type { DigicertSourceOptions } from './options.js';

/** dev.digicert.com, "Rate limits": 100 in 5 s and 1000 in 3 min for a key. A tenth is left to whoever issues with the same key. */
const limits = [
  { requests: 90, withinMs: 5_000 },
  { requests: 900, withinMs: 180_000 },
];

/** The certificates of all issued orders of one organization. */
export class DigicertSource implements Source {
  private readonly api: DigicertApi;

  constructor(
    private readonly options: DigicertSourceOptions,
    context: PluginContext,
  ) {
    this.api = new DigicertApi(options, context);
  }

  async check(): Promise<void> {
    this.assertEnabled();
    await this.api.issuedOrders(this.options.organization_id, { offset: 0, limit: 1 });
  }

  async *scan(request: ScanRequest): AsyncGenerator<Finding> {
    this.assertEnabled();
    yield* scanPages(new IssuedOrders(this.api, this.options.organization_id), new Patience(limits), request);
  }

  private assertEnabled(): void {
    if (this.options.enabled) return;
    throw new AppError('failed_precondition', 'the source is switched off: set its option enabled, or DIGICERT_SOURCE_ENABLED for all sources of DigiCert', { reason: 'digicert.source_off' });
  }
}
