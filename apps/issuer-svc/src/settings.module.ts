import { Global, Module, type DynamicModule, type Provider } from '@nestjs/common';
import { accessRulesOf } from '@sifaka/authz';
import { PluginHostModule } from '@sifaka/plugin-host';
import type { Plugin } from '@sifaka/plugin-sdk';
import { CONFIG } from '@sifaka/runtime';
import { ACCESS_RULES } from './access-rules.js';
import type { ValidityDefaults } from './authority/authority.view.js';
import { DEFAULT_SETTINGS, type DefaultSettings } from './defaults/defaults.js';
import type { IssuerConfig } from './issuer.config.js';
import { LISTING_SETTINGS, type ListingSettings } from './listing/list-certificates.js';
import { VALIDITY_DEFAULTS } from './listing/validity-defaults.js';
import { exportPlugins } from './plugins/hosted-plugins.js';

const settings: Provider[] = [
  { provide: ACCESS_RULES, inject: [CONFIG], useFactory: accessRulesOf },
  { provide: VALIDITY_DEFAULTS, inject: [CONFIG], useFactory: validityDefaults },
  { provide: LISTING_SETTINGS, inject: [CONFIG], useFactory: listingSettings },
  { provide: DEFAULT_SETTINGS, inject: [CONFIG], useFactory: defaultSettings },
];

/** What the configuration and the list of plugins mean to the parts of this service. */
@Global()
@Module({})
export class SettingsModule {
  static with(issuers: readonly Plugin<'issuer'>[]): DynamicModule {
    const plugins = PluginHostModule.forService({ service: 'issuer', kinds: ['issuer', 'export'], plugins: [...issuers, ...exportPlugins] });
    return { module: SettingsModule, imports: [plugins], providers: settings, exports: settings };
  }
}

function validityDefaults(config: IssuerConfig): ValidityDefaults {
  const { defaultValidityDays, publicCaMaxValidityDays, publicCaDefaultValidityDays } = config;
  return { defaultValidityDays, publicCaMaxValidityDays, publicCaDefaultValidityDays: publicCaDefaultValidityDays ?? publicCaMaxValidityDays };
}

function listingSettings(config: IssuerConfig): ListingSettings {
  return { hideExpiredAfterMonths: config.hideExpiredCertsAfterMonths, hidesDeleted: config.allowCertDeletion };
}

function defaultSettings(config: IssuerConfig): DefaultSettings {
  return {
    country: config.defaultCountry,
    state: config.defaultState,
    location: config.defaultLocation,
    organization: config.defaultOrganization,
    organizationalUnit: config.defaultOrganizationalUnit,
    issuerPlugin: config.defaultIssuerPlugin ?? null,
    authority: config.defaultAuthority ?? null,
  };
}
