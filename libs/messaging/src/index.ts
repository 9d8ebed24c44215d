export { currentCall, runInCall, type CallContext } from './rpc/call-context.js';
export { Handles } from './rpc/handles.js';
export { RpcClient, type CallOptions } from './rpc/rpc-client.js';
export { CloudEvent, newEvent, type NewEvent } from './event/cloud-event.js';
export { Outbox, outboxRows, type OutboxRows, type Statements } from './event/outbox.js';
export { OnEvent, type OnEventOptions } from './event/on-event.js';
export { Job, type JobContext, type JobOptions, type JobPayload } from './job/job.js';
export { Jobs, type AddJobOptions, type JobStatus } from './job/jobs.js';
export { auditEntry, auditRows, type AuditDetails, type AuditRows } from './audit/audit.js';
