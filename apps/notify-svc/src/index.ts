export { notifyService } from './notify.service.js';
export { notifyConfig } from './notify.config.js';
