import { Injectable } from '@nestjs/common';
import { HostedPlugins, PluginHost } from '@sifaka/plugin-host';
import { KeyVault } from '../keys/key-vault.js';
import { hostOptions } from './host-options.js';
import { IssuerContexts } from './issuer-contexts.js';

/** Issuer plugins: by slug, and made ready for an authority with its options. */
@Injectable()
export class IssuerPlugins extends PluginHost<'issuer'> {
  constructor(plugins: HostedPlugins, contexts: IssuerContexts, secrets: KeyVault) {
    super({ kind: 'issuer', plugins, secrets, contextOf: (slug) => contexts.of(slug), hostOptions });
  }
}
