/** What is to be signed and is longer than a message; and keys of OCSP responders. */
export const stagedSigning = {
  name: '0003-staged-signing',
  sql: `
-- Slices that wait for their signature, for at most an hour: no journal, and worth nothing once they are signed.
create table staged_slice (
  caller text not null,
  stage_id uuid not null,
  position integer not null,
  bytes bytea not null,
  staged_at timestamptz not null default clock_timestamp(),
  primary key (stage_id, caller, position)
);
create index staged_slice_age on staged_slice (staged_at);

alter table key drop constraint key_purpose_check;
alter table key add constraint key_purpose_check check (purpose in ('certificate', 'authority', 'account', 'responder'));
`,
};
