import type { Migration } from './migrate.js';
import { checkedSchema, jobSchema } from './schema.js';

/** Tables that the platform's libraries keep in every service's schema; every service lists them before its own. */
export function platformTables(service: string): Migration[] {
  const schema = checkedSchema(service);
  return [
    { name: 'platform-0001-outbox', sql: outbox },
    { name: 'platform-0002-inbox', sql: inbox },
    { name: 'platform-0003-audit', sql: audit },
    { name: 'platform-0004-jobs', sql: jobs(schema) },
    { name: 'platform-0005-retention', sql: retention },
    { name: 'platform-0006-set-aside', sql: setAside },
    { name: 'platform-0007-event-fault', sql: eventFault },
    { name: 'platform-0008-task-report', sql: taskReport },
    { name: 'platform-0009-task-end', sql: taskEnd },
  ];
}

// Rows live for milliseconds: the defaults would vacuum this table only after it has bloated. No trigger notifies the relay: a
// NOTIFY makes all commits of the database queue behind one lock, and the process that writes a row wakes its relay anyway.
const outbox = `
  create table outbox (
    seq bigint generated always as identity,
    id uuid primary key,
    subject text not null check (length(subject) <= 255),
    payload jsonb not null,
    created_at timestamptz not null default now()
  ) with (fillfactor = 100, autovacuum_vacuum_scale_factor = 0.0, autovacuum_vacuum_threshold = 5000);
  create index outbox_seq on outbox (seq);
`;

const inbox = `
  create table inbox (
    consumer text not null check (length(consumer) <= 100),
    event_id uuid not null,
    handled_at timestamptz not null default now(),
    primary key (consumer, event_id)
  );
  create index inbox_handled_at on inbox (handled_at);
`;

// The role owns its tables, so rights alone cannot hold it back: the trigger does.
const audit = `
  create table audit_entry (
    id uuid primary key,
    at timestamptz not null,
    action text not null check (length(action) <= 100),
    actor jsonb not null,
    object_type text not null check (length(object_type) <= 100),
    object_id text not null check (length(object_id) <= 255),
    object_name text,
    trace_id text,
    details jsonb not null default '{}'
  );
  create index audit_entry_at on audit_entry (at desc, id);
  create index audit_entry_object on audit_entry (object_type, object_id, at desc);

  create function audit_entry_is_append_only() returns trigger language plpgsql as $$
  begin
    raise exception 'audit entries are never changed or removed' using errcode = 'insufficient_privilege';
  end $$;
  create trigger audit_entry_is_append_only before update or delete or truncate on audit_entry
    for each statement execute function audit_entry_is_append_only();
`;

// The queue's own migrator would create its schema, which asks for a right on the whole database that no service has:
// it leaves that out when it finds its table of migrations.
const jobs = (schema: string) => `
  create table job_status (
    name text primary key check (length(name) <= 100),
    last_started_at timestamptz,
    last_success_at timestamptz,
    last_error text,
    last_error_at timestamptz,
    last_duration_ms integer,
    next_run_at timestamptz
  );
  create table if not exists ${jobSchema(schema)}.migrations (
    id int primary key,
    ts timestamptz not null default now(),
    breaking boolean not null default false
  );
`;

// Thirty days events wait in the stream for who gathers them: until then the entry here may be the only one.
const retention = `
  drop trigger audit_entry_is_append_only on audit_entry;
  create trigger audit_entry_is_append_only before update or truncate on audit_entry
    for each statement execute function audit_entry_is_append_only();
  create trigger audit_entry_is_kept before delete on audit_entry
    for each row when (old.at > now() - interval '31 days') execute function audit_entry_is_append_only();
`;

// An event that the stream refuses again and again must not stand before all others.
const setAside = `
  alter table outbox add column attempts smallint not null default 0, add column set_aside_at timestamptz;
  drop index outbox_seq;
  create index outbox_waiting on outbox (seq) where set_aside_at is null;
  create index outbox_set_aside on outbox (set_aside_at) where set_aside_at is not null;
`;

// How often an event was delivered says nothing of how often it was tried: while the database is away, it comes every two seconds.
const eventFault = `
  create table event_fault (
    consumer text not null check (length(consumer) <= 100),
    event_id uuid not null,
    times smallint not null,
    since timestamptz not null,
    primary key (consumer, event_id)
  );
  create index event_fault_since on event_fault (since);
`;

// A dry run ends and is no success; whoever waits for an end looks at the end.
const taskEnd = `
  alter table job_status
    add column last_ended_at timestamptz,
    add column is_dry_run boolean not null default false;
  update job_status set last_ended_at = greatest(last_success_at, last_error_at);
`;

// Jobs that got the name of the task that they are keep what is known of their last run. The queue holds a run a moment longer than it
// goes on: `ended_run` is one that is over already.
const taskReport = `
  alter table job_status
    add column report jsonb,
    add column last_trigger text check (last_trigger in ('schedule', 'request')),
    add column ended_run bigint;
  update job_status set name = renamed.task
    from (values
      ('get-all-zones', 'get_all_zones'),
      ('fetch-all-pending-certificates', 'fetch_all_pending_acme_certs'),
      ('remove-old-pending-certificates', 'remove_old_acme_certs')
    ) renamed (job, task)
    where name = renamed.job;
`;
