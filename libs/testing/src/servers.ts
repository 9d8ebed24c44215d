import { testEnvironment } from '@sifaka/config';
import { z } from 'zod';

interface EmbeddedNats {
  readonly url: string;
  stop(): Promise<void>;
}

type StartNats = (options: { dataDir: string; program: string; configText: string }) => Promise<EmbeddedNats>;

export interface TestServers {
  /** Superuser of the Postgres that all service tests of a run share. */
  databaseUrl: string;
  natsServer: string;
  dataDir: string;
  startNats: StartNats;
}

const Environment = z.object({
  SIFAKA_TEST_DATABASE_URL: z.string(),
  SIFAKA_TEST_NATS_SERVER: z.string(),
  SIFAKA_TEST_DATA_DIR: z.string(),
  /** Where the module lies that starts embedded NATS servers: it belongs to no package. */
  SIFAKA_TEST_EMBEDDED_NATS: z.url(),
});

const EmbeddedNatsModule = z.object({ startNats: z.custom<StartNats>((value) => typeof value === 'function') });

/** What the global set-up of the test run started. */
export function testServers(): TestServers {
  const env = Environment.safeParse(testEnvironment());
  if (!env.success) throw new Error('no test servers: name the file *.service.spec.ts, so that it runs in the project "service"');
  return {
    databaseUrl: env.data.SIFAKA_TEST_DATABASE_URL,
    natsServer: env.data.SIFAKA_TEST_NATS_SERVER,
    dataDir: env.data.SIFAKA_TEST_DATA_DIR,
    startNats: async (options) => {
      const embedded: unknown = await import(env.data.SIFAKA_TEST_EMBEDDED_NATS);
      return EmbeddedNatsModule.parse(Object.assign({}, embedded)).startNats(options);
    },
  };
}
