import { runMain } from '@sifaka/runtime';
import { discoveryService } from './discovery.service.js';

await runMain(discoveryService);
