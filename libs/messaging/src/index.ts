export { connectBus, Bus, type BusOptions, type BusUser } from './bus/bus.js';
export type { Log } from './bus/log.js';
export { callerPublicKey, callerPrivateKey, newCallerKeys } from './caller-keys.js';
export { MessagingLife } from './messaging-life.js';
export { MessagingModule, type MessagingOptions } from './messaging.module.js';

export { Handles } from './rpc/handles.js';
export { RpcClient, type CallOptions } from './rpc/rpc-client.js';
export { currentCall, runInCall, type CallContext } from './rpc/call-context.js';
export { backgroundCall } from './rpc/background-call.js';
export { signCallerContext, verifyCallerContext, CallerContextSigner, CallerContextVerifier } from './rpc/caller-context.js';
export { DrainingServerNats } from './rpc/draining-server-nats.js';

export { CloudEvent, newEvent, type NewEvent } from './event/cloud-event.js';
export { Outbox, outboxRows, auditEvents, type OutboxRows } from './event/outbox.js';
export { auditEntry, auditRows, type Audited, type AuditRows } from './audit/audit.js';
export { OnEvent, type OnEventOptions } from './event/on-event.js';
export { EventConsumers } from './event/event-consumers.js';
export { ensureStream, type StreamOptions } from './event/stream.js';

export { Job, type JobContext, type JobOptions, type JobPayload, type TaskContext, type TaskTrigger } from './job/job.js';
export { Task } from './job/task.js';
export { Jobs, type AddJobOptions, type JobStatus } from './job/jobs.js';
export { parseCron, type Cron } from './job/cron.js';

export { MeasurementFeed, type HeardMeasurements } from './measurement/measurement-feed.js';

export { natsRights, type Registry, type Rights } from './rights/nats-rights.js';
export { natsConfig, natsPermissions, passwordVariable, busUsers, type NatsConfigOptions } from './rights/nats-config.js';

export { asyncApi } from './docs/async-api.js';
export { eventsPage } from './docs/events-page.js';
