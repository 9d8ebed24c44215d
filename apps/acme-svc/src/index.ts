export { acmeService } from './acme.service.js';
export { acmeConfig } from './acme.config.js';
