/** Where certificates that end soon were presented when hosts were last asked. */
export const servedCertificates = {
  name: '0006-served-certificates',
  sql: `
create table served_certificate (
  -- Of issuer-svc.
  certificate_id integer not null,
  domain text collate "C" not null,
  -- Those on which the domain presents it; empty: none.
  ports integer[] not null,
  checked_at timestamptz not null,
  primary key (certificate_id, domain)
);
create index served_certificate_checked on served_certificate (checked_at);
`,
};
