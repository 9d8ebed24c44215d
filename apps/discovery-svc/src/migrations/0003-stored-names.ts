/** What is known of certificates at sources besides what runs find there. */
export const storedNames = {
  name: '0003-stored-names',
  sql: `
-- What the store behind a source calls a certificate that a rotation pointed an endpoint at: no run has seen it there yet.
create table stored_name (
  source_id integer not null references source (id) on delete cascade,
  certificate_id integer not null,
  name text,
  external_id text,
  primary key (source_id, certificate_id)
);

-- Certificates of sources that were deleted, until it is told which of them still count.
create table orphaned_certificate (
  source_id integer not null,
  label text not null,
  certificate_id integer not null,
  primary key (source_id, certificate_id)
);
`,
};
