export { deployService } from './deploy.service.js';
export { deployConfig } from './deploy.config.js';
