export interface JobContext {
  /** Aborts at the time limit and when the service stops. */
  readonly signal: AbortSignal;
}

export interface JobOptions {
  /**
   * Five cron fields, UTC. Exactly one run per tick, however many replicas, and never two at once; ticks missed within the last
   * day while no replica ran are made up for by a single run.
   */
  cron?: string;
  /** The run is aborted, and counts as failed, after this many milliseconds. */
  timeLimitMs: number;
}

export type JobPayload = Record<string, unknown>;

export interface JobDefinition extends JobOptions {
  name: string;
  run: (self: object, payload: JobPayload, context: JobContext) => Promise<void>;
}

type JobMethod = (payload: JobPayload, context: JobContext) => Promise<void>;

const definitions = new WeakMap<object, JobDefinition[]>();

/** Makes a provider's method a job: at least once, so it must bear repetition. A throw makes it run again, later and later. */
export function Job(name: string, options: JobOptions) {
  return <M extends JobMethod>(target: object, _key: string, descriptor: TypedPropertyDescriptor<M>): void => {
    const method = descriptor.value;
    if (method === undefined) throw new Error('@Job stands on a method');
    const run: JobDefinition['run'] = (self, payload, context) => method.call(self, payload, context);
    definitions.set(target, [...(definitions.get(target) ?? []), { name, run, ...options }]);
  };
}

/** The jobs among the methods of an instance, inherited ones included. */
export function jobDefinitions(instance: object): JobDefinition[] {
  const parent: unknown = Object.getPrototypeOf(instance);
  const inherited = typeof parent === 'object' && parent !== null ? jobDefinitions(parent) : [];
  return [...inherited, ...(definitions.get(instance) ?? [])];
}
