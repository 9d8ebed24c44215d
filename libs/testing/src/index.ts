export { testPlatform, type TestPlatform, type TestPlatformOptions } from './test-platform.js';
export { testDatabase, testPassword, type TestDatabase } from './test-database.js';
export { testBus, type TestBus } from './test-bus.js';
export { collectEvents, type EventCollector } from './event-collector.js';
export { testServers, type TestServers } from './servers.js';
export { aPrincipal } from './principals.js';
export { requirePeer } from './require-peer.js';
export { freePort } from './free-port.js';
export { waitUntil } from './wait-until.js';
