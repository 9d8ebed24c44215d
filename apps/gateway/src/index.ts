export { gatewayService } from './gateway.service.js';
export { gatewayConfig } from './gateway.config.js';
