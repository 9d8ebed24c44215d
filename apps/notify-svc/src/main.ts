import { runMain } from '@sifaka/runtime';
import { notifyService } from './notify.service.js';

await runMain(notifyService);
