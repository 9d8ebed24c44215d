import type { EmbeddedServer } from './nats.mjs';

export interface PostgresOptions {
  dataDir: string;
  port?: number;
  durable?: boolean;
  maxConnections?: number;
}

export function startPostgres(options: PostgresOptions): Promise<EmbeddedServer>;
