import { Controller } from '@nestjs/common';
import { getDefaults, listIssuerPlugins, listLogs, type InputOf } from '@sifaka/contracts';
import { Handles } from '@sifaka/messaging';
import { HostedPlugins } from '@sifaka/plugin-host';
import { Defaults } from '../defaults/defaults.js';
import { ListLogs } from '../log/list-logs.js';

/** Small reads: plugins, defaults, the log. */
@Controller()
export class CatalogueHandlers {
  constructor(
    private readonly catalogue: HostedPlugins,
    private readonly defaults: Defaults,
    private readonly logs: ListLogs,
  ) {}

  @Handles(listIssuerPlugins)
  plugins() {
    return Promise.resolve({ plugins: this.catalogue.entries() });
  }

  @Handles(getDefaults)
  getDefaults() {
    return this.defaults.get();
  }

  @Handles(listLogs)
  listLogs(input: InputOf<typeof listLogs>) {
    return this.logs.run(input);
  }
}
