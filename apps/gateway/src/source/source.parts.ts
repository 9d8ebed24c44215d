import { SaveSource } from './save-source.js';
import { SourceController } from './source.controller.js';

export const sourceControllers = [SourceController];
export const sourceProviders = [SaveSource];
