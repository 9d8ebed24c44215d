declare module 'autocannon' {
  /** The part of autocannon 9 that is used here. */
  export interface Request {
    method?: string;
    path?: string;
    headers?: Record<string, string>;
    body?: string | Uint8Array;
    setupRequest?: (request: Request) => Request;
  }

  export interface Options {
    url: string;
    connections: number;
    /** Seconds. */
    duration: number;
    /** Requests per second over all connections; as many as possible without it. */
    overallRate?: number;
    /** Seconds. */
    timeout?: number;
    requests: Request[];
  }

  export interface Result {
    /** Seconds. */
    duration: number;
    '2xx': number;
    non2xx: number;
    errors: number;
    timeouts: number;
    /** Milliseconds. */
    latency: { p50: number; p99: number; max: number };
  }

  export default function autocannon(options: Options): PromiseLike<Result>;
}
