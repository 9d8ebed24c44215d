export { describeWithPeers, missingFor, type PeerName } from './describe-with-peers.js';
export { startPebble, type Pebble, type PebbleOptions } from './pebble.js';
export { startChallengeServer, type ChallengeServer, type ChallengeServerOptions } from './challenge-server.js';
export { startPowerDns, type PowerDns, type PowerDnsOptions } from './power-dns.js';
export { startBind, type Bind, type BindOptions, type TsigAlgorithm } from './bind.js';
export { answersFor, txtRecords } from './dns-records.js';
export { findDebian13 } from './debian13.js';
export { findProgram, run } from './programs.js';
export type { Peer } from './launch.js';
