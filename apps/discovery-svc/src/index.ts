export { discoveryService } from './discovery.service.js';
export { discoveryConfig } from './discovery.config.js';
