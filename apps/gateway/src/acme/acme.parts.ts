import { AcmeController } from './acme.controller.js';

export const acmeControllers = [AcmeController];
