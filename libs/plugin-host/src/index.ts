export { isSecretRef, keepSecrets, redactedOptions, refuseReferences, secretNames, secretRefs, StoredOption, StoredOptions } from './stored-options.js';
export { secretsByRpc, type HostSecrets } from './host-secrets.js';
export { PluginContexts } from './plugin-contexts.js';
export { pluginSettings, withPluginSettings } from './plugin-settings.js';
export { HostedPlugins, type ListedPlugin } from './hosted-plugins.js';
export { PluginHost, type PluginHostParts, type PluginOwner } from './plugin-host.js';
export { checkOptions } from './check-options.js';
export { thirdPartyPlugins, thirdPartySettings, type ThirdPartyOptions } from './third-party.js';
export { HOST_SECRETS, OUTBOUND, PluginHostModule, pluginHostProvider } from './plugin-host.module.js';
