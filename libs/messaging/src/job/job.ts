import type { TaskArguments, TaskDefinition, TaskReport } from '@sifaka/contracts';

export interface JobContext {
  /** Aborts at the time limit and when the service stops. */
  readonly signal: AbortSignal;
}

export interface TaskContext extends JobContext {
  /** Who wanted this run: its schedule, or a person by `POST /tasks/{name}/run`. */
  readonly trigger: TaskTrigger;
}

export type TaskTrigger = 'schedule' | 'request';

export interface JobOptions {
  /**
   * Five cron fields, UTC. Exactly one run per tick, however many replicas, and never two at once; ticks missed within the last
   * 32 days while no replica ran are made up for by a single run.
   */
  cron?: string;
  /** The run is aborted, and counts as failed, after this many milliseconds. */
  timeLimitMs: number;
}

export type JobPayload = Record<string, unknown>;

export interface JobDefinition extends JobOptions {
  name: string;
  /** What the catalogue says of it; undefined for work of the house. */
  task?: TaskDefinition;
  /** Returns the report of a task, if it gives one. */
  run: (self: object, payload: JobPayload, context: TaskContext) => Promise<TaskReport | undefined>;
}

type JobMethod = (payload: JobPayload, context: JobContext) => Promise<void>;

const definitions = new WeakMap<object, JobDefinition[]>();

/** Makes a provider's method a job: at least once, so it must bear repetition. A throw makes it run again, later and later. */
export function Job(name: string, options: JobOptions) {
  return <M extends JobMethod>(target: object, _key: string, descriptor: TypedPropertyDescriptor<M>): void => {
    const method = descriptor.value;
    if (method === undefined) throw new Error('@Job stands on a method');
    const run: JobDefinition['run'] = async (self, payload, context) => {
      await method.call(self, payload, context);
      return undefined;
    };
    define(target, { name, run, ...options });
  };
}

/** Notes a job at the prototype that declares it. */
export function define(target: object, definition: JobDefinition): void {
  definitions.set(target, [...(definitions.get(target) ?? []), definition]);
}

/** What `@Task` stands on. */
export type TaskMethod = (args: TaskArguments, context: TaskContext) => Promise<TaskReport | undefined> | Promise<void>;

/** The jobs and tasks among the methods of an instance, inherited ones included. */
export function jobDefinitions(instance: object): JobDefinition[] {
  const parent: unknown = Object.getPrototypeOf(instance);
  const inherited = typeof parent === 'object' && parent !== null ? jobDefinitions(parent) : [];
  return [...inherited, ...(definitions.get(instance) ?? [])];
}
