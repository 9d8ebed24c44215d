/** Certificates that were renewed, until their endpoints are on their way; and deployments that were cleaned up after their successors. */
export const replacements = {
  name: '0009-replacements',
  sql: `
create table replacement (
  -- Of issuer-svc. The last renewal that was heard of.
  old_certificate_id integer primary key,
  new_certificate_id integer not null,
  heard_at timestamptz not null,
  -- Not null: its endpoints are looked for then.
  next_try_at timestamptz,
  attempts integer not null default 0,
  last_error text
);
create index replacement_due on replacement (next_try_at) where next_try_at is not null;
create index replacement_heard on replacement (heard_at);

alter table deployment drop constraint deployment_ended_by_check;
alter table deployment add constraint deployment_ended_by_check check (ended_by in ('detached', 'revoked', 'missed', 'replaced', 'destination', 'cleaned'));
`,
};
