import { runMain } from '@sifaka/runtime';
import { deployService } from './deploy.service.js';

await runMain(deployService);
