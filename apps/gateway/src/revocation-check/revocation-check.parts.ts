import { RevocationCheckController } from './revocation-check.controller.js';

export const revocationCheckControllers = [RevocationCheckController];
