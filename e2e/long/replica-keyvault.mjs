import { keyvaultService } from '../../apps/keyvault-svc/dist/index.js';

export const roleOf = () => ({ definition: keyvaultService, works: {} });
