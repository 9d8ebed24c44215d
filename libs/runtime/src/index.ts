export { CLOCK, CONFIG, LOGGER, SERVICE } from './tokens.js';
export { PlatformModule, type PlatformOptions } from './platform.module.js';
export { ReadinessChecks, type Readiness, type ReadinessCheck } from './readiness.js';
export { startOperationsServer, type OperationsOptions } from './operations-server.js';
export { listenError, type Listening } from './listen.js';
export { defineService, type HttpOptions, type LoadedService, type ServiceDefinition } from './define-service.js';
export { startService, type RunningService, type StartOptions } from './start-service.js';
export { guardProcess, onStopSignals, printFault, runMain } from './run-main.js';
