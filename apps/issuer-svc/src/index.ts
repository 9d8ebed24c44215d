export { issuerService } from './issuer.service.js';
export { issuerConfig } from './issuer.config.js';
