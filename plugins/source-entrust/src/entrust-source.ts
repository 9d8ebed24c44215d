import { EntrustApi, Patience, scanPages } from '@sifaka/ca-clients';
import type { Finding, PluginContext, ScanRequest, Source } from '@sifaka/plugin-sdk';
import { ActiveCertificates } from './active-certificates.js';
import type { EntrustSourceOptions } from './options.js';

/** The active certificates of an account at Entrust. */
export class EntrustSource implements Source {
  private readonly api: EntrustApi;

  constructor(options: EntrustSourceOptions, context: PluginContext) {
    this.api = new EntrustApi(options, context);
  }

  async check(): Promise<void> {
    await this.api.activeCertificates(0);
  }

  scan(request: ScanRequest): AsyncIterable<Finding> {
    return scanPages(new ActiveCertificates(this.api), new Patience(), request);
  }
}
