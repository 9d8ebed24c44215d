import { loadConfig } from '@sifaka/config';
import { createLogger } from '@sifaka/observability';
import { printFault } from '@sifaka/runtime';
import { provisionPlatform } from './provision-platform.js';
import { provisionConfig } from './provision-settings.js';
import { allServices } from './services.js';

// `node apps/standalone/dist/provision.js`: once before the first start, and before the processes of a new version.
try {
  const config = loadConfig(provisionConfig);
  const logger = createLogger({ service: 'provision', level: config.logLevel });
  await provisionPlatform({ config, services: allServices, logger });
} catch (error) {
  printFault('provision', error);
  process.exitCode = 1;
}
