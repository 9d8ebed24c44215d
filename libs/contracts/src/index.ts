export { command, query, event, type RpcContract, type EventContract, type InputOf, type RequestOf, type OutputOf, type EventDataOf } from './contract.js';
export { serviceNames, appName, type ServiceName } from './service.js';
export { Principal, UserPrincipal, SystemPrincipal, RoleRef } from './principal.js';
export { AuditActor, AuditEntry } from './audit.js';
