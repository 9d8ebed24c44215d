import { runMain } from '@sifaka/runtime';
import { gatewayService } from './gateway.service.js';

await runMain(gatewayService);
