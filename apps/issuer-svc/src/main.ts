import { runMain } from '@sifaka/runtime';
import { issuerService } from './issuer.service.js';

await runMain(issuerService);
