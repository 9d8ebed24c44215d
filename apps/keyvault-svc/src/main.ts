import { runMain } from '@sifaka/runtime';
import { keyvaultService } from './keyvault.service.js';

await runMain(keyvaultService);
