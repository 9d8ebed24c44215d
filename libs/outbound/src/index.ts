export { openOutbound, type GuardedOutbound, type OutboundOptions } from './open-outbound.js';
export { outboundSettings, type OutboundConfig } from './outbound-settings.js';
export { classOf, type AddressClass } from './address-class.js';
export { allowedHostFault, allowedHosts, type AllowedHosts } from './allowed-hosts.js';
export type { Lookup } from './outbound-guard.js';
