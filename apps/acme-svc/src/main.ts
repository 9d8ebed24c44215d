import { runMain } from '@sifaka/runtime';
import { acmeService } from './acme.service.js';

await runMain(acmeService);
