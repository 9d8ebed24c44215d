import type { z } from 'zod';

interface SettingOptions {
  /** Environment names; the first is the canonical one, further ones are accepted aliases. Each also works as `<NAME>_FILE`. */
  env: string | readonly string[];
  /** One sentence for the reference page. */
  describe: string;
  /** Keeps the value out of messages and of the reference page. */
  secret?: boolean;
}

/** One key of the configuration: where it comes from, what it must look like, what it is for. */
export interface Setting<S extends z.ZodType = z.ZodType> {
  readonly schema: S;
  readonly env: readonly string[];
  readonly describe: string;
  readonly secret: boolean;
}

export type Settings = Readonly<Record<string, Setting>>;

/** Declares one setting; a default is written into the schema (`z.int().default(10)`). */
export function setting<S extends z.ZodType>(schema: S, options: SettingOptions): Setting<S> {
  return {
    schema,
    env: typeof options.env === 'string' ? [options.env] : options.env,
    describe: options.describe,
    secret: options.secret ?? false,
  };
}
