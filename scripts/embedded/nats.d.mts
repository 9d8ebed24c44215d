export interface EmbeddedServer {
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  readonly exited: Promise<void>;
  stop(): Promise<void>;
}

export interface NatsOptions {
  dataDir: string;
  port?: number;
  configText?: string;
  program?: string;
}

export function startNats(options: NatsOptions): Promise<EmbeddedServer>;
export function findNatsServer(): Promise<string>;
