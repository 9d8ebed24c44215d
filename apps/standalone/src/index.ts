export { runStandalone } from './run.js';
export { openPlatform, type Platform, type PlatformOptions } from './platform.js';
export { DataDir } from './data-dir.js';
export { awaitHealth, checkPortIsFree, gatewayAddress, type GatewayAddress } from './gateway-address.js';
export { openLog } from './log.js';
export { allServices } from './services.js';
export type { EmbeddedServer, EmbeddedServers } from './embedded-servers.js';
