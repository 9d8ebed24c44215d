export interface JobContext {
  /** Aborts at the time limit and when the service stops. */
  readonly signal: AbortSignal;
}

export interface JobOptions {
  /** Five cron fields, UTC. Exactly one run per tick, however many replicas; ticks missed while all were down are caught up. */
  cron?: string;
  /** The run is aborted, and counts as failed, after this many milliseconds. */
  timeLimitMs: number;
}

export interface JobDefinition extends JobOptions {
  name: string;
  method: string;
}

export type JobPayload = Record<string, unknown>;

type JobMethod = (payload: JobPayload, context: JobContext) => Promise<void>;

const metadataKey = 'sifaka:jobs';

/** Makes a provider's method a job. A throw makes it run again, later and later. */
export function Job(name: string, options: JobOptions) {
  return <M extends JobMethod>(target: object, key: string, _descriptor: TypedPropertyDescriptor<M>): void => {
    const job: JobDefinition = { name, method: key, ...options };
    Reflect.defineMetadata(metadataKey, [...jobDefinitions(target), job], target);
  };
}

/** The jobs among the methods of an instance (or prototype). */
export function jobDefinitions(instance: object): JobDefinition[] {
  const found: unknown = Reflect.getMetadata(metadataKey, instance);
  return Array.isArray(found) ? found : [];
}
