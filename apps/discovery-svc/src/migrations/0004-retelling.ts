/** What sources have that is to be told once more, to who did not listen when it was found. */
export const retelling = {
  name: '0004-retelling',
  sql: `
create table sighting_retelling (
  source_id integer primary key references source (id) on delete cascade,
  -- Certificates up to that one were told.
  after_id integer not null default 0
);
create index sighting_source on sighting (source_id, certificate_id);
`,
};
