import { z } from 'zod';
import { setting } from './setting.js';
import { TaskSettings } from './task-settings.js';

const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;

/** Settings that every service of the platform shares. */
export const platformSettings = {
  databaseUrl: setting(z.url({ protocol: /^postgres(ql)?$/ }), {
    env: 'DATABASE_URL',
    describe: 'Address of Postgres (`postgres://…/sifaka`), with the role and password of this service.',
    secret: true,
  }),
  databasePoolSize: setting(z.int().min(2).max(100).default(10), {
    env: 'SIFAKA_DATABASE_POOL_SIZE',
    describe: 'Database connections that one process of this service opens at most.',
  }),
  databaseStatementTimeoutMs: setting(z.int().min(100).max(600_000).default(15_000), {
    env: 'SIFAKA_DATABASE_STATEMENT_TIMEOUT_MS',
    describe: 'Longest time of one SQL statement, in milliseconds; Postgres cancels it then.',
  }),
  natsUrl: setting(z.string().min(1), {
    env: 'NATS_URL',
    describe:
      'NATS servers, comma separated: `nats://host:4222`. User and password may stand in the address; those in settings of their own win.',
    secret: true,
  }),
  natsUser: setting(z.string().min(1).optional(), {
    env: 'SIFAKA_NATS_USER',
    describe: 'NATS user of this service, when it is not in the address.',
  }),
  natsPassword: setting(z.string().min(1).optional(), {
    env: 'SIFAKA_NATS_PASSWORD',
    describe: 'Password of the NATS user, when it is not in the address.',
    secret: true,
  }),
  callerPublicKey: setting(z.string().min(1), {
    env: 'SIFAKA_CALLER_PUBLIC_KEY',
    describe: 'Ed25519 public key (SPKI, PEM or base64) that verifies who the gateway says is asking.',
  }),
  logLevel: setting(z.enum(logLevels).default('info'), {
    env: ['SIFAKA_LOG_LEVEL', 'LOG_LEVEL'],
    describe: 'Least severity that is logged.',
  }),
  operationsHost: setting(z.string().min(1).default('127.0.0.1'), {
    env: 'SIFAKA_OPERATIONS_HOST',
    describe: 'Address on which `/livez`, `/readyz` and `/metrics` are served.',
  }),
  operationsPort: setting(z.int().min(0).max(65_535).default(0), {
    env: 'SIFAKA_OPERATIONS_PORT',
    describe: 'Port of `/livez`, `/readyz` and `/metrics`; 0 switches them off.',
  }),
  otlpEndpoint: setting(z.url().optional(), {
    env: 'OTEL_EXPORTER_OTLP_ENDPOINT',
    describe: 'OpenTelemetry collector (OTLP over HTTP) that receives traces and metrics; none by default.',
  }),
  metricProviders: setting(z.array(z.string().min(1).max(64)).max(10).default([]), {
    env: ['SIFAKA_METRIC_PROVIDERS', 'METRIC_PROVIDERS'],
    describe:
      'Metric plugins (`atlas-metric`, `atlas-metric-redis`, `statsd-metrics`, `influxdb-metric`) that get every measurement, beside Prometheus and OTLP; the same for every service.',
  }),
  tasks: setting(TaskSettings, {
    env: 'SIFAKA_TASKS',
    describe:
      'Periodic tasks that are to run otherwise than by default, by name: `{"certificate_reissue": {"schedule": "0 */2 * * *", "timeLimitSeconds": 7200}, "check_revoked": {"enabled": false}}`; schedules are five cron fields, UTC. The same for every service.',
  }),
  auditEntryDays: setting(z.int().min(31).max(36_500).default(90), {
    env: 'SIFAKA_AUDIT_ENTRY_DAYS',
    describe:
      'Days that a service keeps its own audit entries; the audit log, which gathers those of all services, has a retention of its own.',
  }),
  startLimitMs: setting(z.int().min(0).max(600_000).default(30_000), {
    env: 'SIFAKA_START_LIMIT_MS',
    describe: 'How long a starting service waits for a database or NATS server that is not there yet, in milliseconds.',
  }),
  stopLimitMs: setting(z.int().min(1_000).max(600_000).default(8_500), {
    env: 'SIFAKA_STOP_LIMIT_MS',
    describe:
      'How long a stopping service finishes what is in flight before it cuts it off, in milliseconds; less than its supervisor waits.',
  }),
} as const;
