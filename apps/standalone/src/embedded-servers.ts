/** A database or message server that runs beside the platform and ends with it. */
export interface EmbeddedServer {
  /** Postgres: with the superuser's credentials. NATS: without any. */
  url: string;
  pid: number;
  stop(): Promise<void>;
  /** Settles when the server has ended, asked or not. */
  exited: Promise<void>;
}

/** How the embedded servers are started; a host without them can still use servers that are given by address. */
export interface EmbeddedServers {
  /** Takes a folder for this process; throws when another living process holds it. Answers how to give it back. */
  lockDataDir(path: string): () => void;
  startPostgres(options: { dataDir: string }): Promise<EmbeddedServer>;
  startNats(options: { dataDir: string; configText: string }): Promise<EmbeddedServer>;
}
