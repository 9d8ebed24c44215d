/** What the configured limit of an hour counts: each request, also the second one for a certificate. */
export const renewalAttempts = {
  name: '0019-renewal-attempts',
  sql: `
create table renewal_attempt (
  authority_id integer not null references authority (id) on delete cascade,
  attempted_at timestamptz not null,
  attempts integer not null
);
create index renewal_attempt_hour on renewal_attempt (authority_id, attempted_at);
`,
};
