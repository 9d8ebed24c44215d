import type { KeyvaultConfig } from '../keyvault.config.js';
import { LocalMasterKey, type MasterKey, type MasterKeyProvider } from './master-key.js';

/** Master keys out of the configuration: environment, file or YAML. */
export class ConfiguredMasterKeys implements MasterKeyProvider {
  constructor(private readonly config: Pick<KeyvaultConfig, 'masterKeys'>) {}

  load(): Promise<readonly MasterKey[]> {
    return Promise.resolve(this.config.masterKeys.map((bytes) => new LocalMasterKey(bytes)));
  }
}
