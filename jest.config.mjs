const shared = {
  testEnvironment: 'node',
  testEnvironmentOptions: { customExportConditions: ['sifaka:source', 'node'] },
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        jsc: {
          target: 'es2023',
          parser: { syntax: 'typescript', decorators: true },
          transform: { legacyDecorator: true, decoratorMetadata: true },
          keepClassNames: true,
        },
        module: { type: 'es6' },
        sourceMaps: 'inline',
      },
    ],
  },
  modulePathIgnorePatterns: ['<rootDir>/.*/dist/', '<rootDir>/.nx/', '<rootDir>/.sifaka/'],
};

const servers = {
  globalSetup: '<rootDir>/libs/testing/jest-global-setup.mjs',
  globalTeardown: '<rootDir>/libs/testing/jest-global-teardown.mjs',
};

/** unit: no server at all · service: real Postgres and NATS · e2e: the platform as a black box. */
export default {
  watchman: false,
  // Servers, and machines that do other things as well, take their time; a test that hangs still ends.
  testTimeout: 30_000,
  // Modules of every suite stay in a worker's memory: beyond this it is replaced, before collecting garbage is all that it does.
  workerIdleMemoryLimit: '1500MB',
  projects: [
    {
      ...shared,
      displayName: 'unit',
      testMatch: ['<rootDir>/{apps,libs,plugins}/**/*.spec.ts'],
      testPathIgnorePatterns: ['\\.service\\.spec\\.ts$', '/dist/', '/node_modules/'],
    },
    {
      ...shared,
      ...servers,
      displayName: 'service',
      testMatch: ['<rootDir>/{apps,libs}/**/*.service.spec.ts'],
      testPathIgnorePatterns: ['/dist/', '/node_modules/'],
    },
    {
      ...shared,
      displayName: 'e2e',
      setupFilesAfterEnv: ['<rootDir>/e2e/harness/jest-setup.mjs'],
      testMatch: ['<rootDir>/e2e/**/*.e2e.spec.ts'],
      testPathIgnorePatterns: ['\\.long\\.e2e\\.spec\\.ts$', '/node_modules/'],
    },
    { ...shared, displayName: 'long', testMatch: ['<rootDir>/e2e/**/*.long.e2e.spec.ts'], testPathIgnorePatterns: ['/node_modules/'] },
  ],
};
