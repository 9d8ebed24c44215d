export { setting, type Setting, type Settings } from './setting.js';
export type { TaskSetting, TaskSettings } from './task-settings.js';
export { accessSettings } from './access-settings.js';
export { platformSettings } from './platform-settings.js';
export { defineConfig, type ConfigDefinition, type ConfigOf, type PlatformConfig, type SettingValues } from './definition.js';
export { loadConfig, type ConfigSources, type Environment } from './load.js';
export { configReference } from './reference.js';
export { testEnvironment } from './test-environment.js';
