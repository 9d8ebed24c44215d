import { testEnvironment } from '@sifaka/config';

export interface TestServers {
  /** Superuser of the Postgres that all service tests of a run share. */
  databaseUrl: string;
  natsServer: string;
  dataDir: string;
}

/** What the global set-up of the test run started. */
export function testServers(): TestServers {
  const { SIFAKA_TEST_DATABASE_URL: databaseUrl, SIFAKA_TEST_NATS_SERVER: natsServer, SIFAKA_TEST_DATA_DIR: dataDir } = testEnvironment();
  if (databaseUrl === undefined || natsServer === undefined || dataDir === undefined) {
    throw new Error('no test servers: name the file *.service.spec.ts, so that it runs in the project "service"');
  }
  return { databaseUrl, natsServer, dataDir };
}
