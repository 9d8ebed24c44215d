import { Publications } from './publications.js';
import { RevocationController } from './revocation.controller.js';

export const revocationControllers = [RevocationController];

export const revocationProviders = [Publications];
