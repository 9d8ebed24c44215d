/** Where certificates are, as events of deploy-svc and discovery-svc tell it: for lists and for questions about many certificates. */
export const attachments = {
  name: '0010-attachments',
  sql: `
create table certificate_attachment (
  certificate_id integer not null references certificate (id) on delete cascade,
  kind text not null constraint certificate_attachment_kind check (kind in ('destination', 'source', 'endpoint')),
  object_id integer not null,
  -- One that ended is remembered for as long as an older event may still come.
  is_attached boolean not null,
  -- Of the event that said so.
  changed_at timestamptz not null,
  primary key (kind, object_id, certificate_id) include (is_attached)
);
create index certificate_attachment_certificate on certificate_attachment (certificate_id, kind) where is_attached;
create index certificate_attachment_ended on certificate_attachment (changed_at) where not is_attached;

-- Endpoints, whose events tell all certificates at once; and whatever was deleted, for as long as an older event may still come.
create table attachment_object (
  kind text not null,
  object_id integer not null,
  is_gone boolean not null,
  changed_at timestamptz not null,
  primary key (kind, object_id)
);
create index attachment_object_gone on attachment_object (changed_at) where is_gone;
`,
};
