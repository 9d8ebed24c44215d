export { keyvaultService } from './keyvault.service.js';
export { keyvaultConfig } from './keyvault.config.js';
