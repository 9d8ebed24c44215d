import { DiscardPolicy, RetentionPolicy, StorageType, jetstreamManager, type StreamConfig } from '@nats-io/jetstream';
import { nanos } from '@nats-io/transport-node';
import type { Bus } from '../bus/bus.js';
import { streamName, streamSubjects } from '../rights/durables.js';

export interface StreamOptions {
  /** Servers that keep a copy: 1, or 3 in a cluster of three. */
  replicas?: number;
  maxAgeDays?: number;
  maxBytes?: number;
}

/** Makes the stream of events, or brings its limits up to date. Needs the rights of `sifaka-admin`. */
export async function ensureStream(bus: Bus, options: StreamOptions = {}): Promise<void> {
  const { streams } = await jetstreamManager(bus.connection, { checkAPI: false });
  const config = streamConfig(options);
  const names = await streams.names('sifaka.v1.>').next();
  if (names.includes(streamName)) await streams.update(streamName, config);
  else await streams.add({ ...config, name: streamName });
}

/** How long events stay: a consumer that was away for less misses nothing. */
export const eventRetentionDays = 30;

function streamConfig(options: StreamOptions): Partial<StreamConfig> {
  return {
    subjects: streamSubjects,
    storage: StorageType.File,
    retention: RetentionPolicy.Limits,
    // The oldest event goes first: publishers are never stopped by a full stream.
    discard: DiscardPolicy.Old,
    max_age: nanos((options.maxAgeDays ?? eventRetentionDays) * 86_400_000),
    max_bytes: options.maxBytes ?? defaultMaxBytes,
    max_msg_size: maxEventBytes + 1_024,
    num_replicas: options.replicas ?? 1,
    // A relay that died between publishing and deleting publishes again within this time without a second copy.
    duplicate_window: nanos(10 * 60_000),
  };
}

/** About two million certificate events. */
const defaultMaxBytes = 1024 ** 3;

/** An event tells what happened, it does not carry the object: the largest, a certificate with 1,000 names, has 60 kB. */
export const maxEventBytes = 256 * 1024;
