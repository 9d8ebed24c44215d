/** What sources said last of certificates at destinations of their label: events of one certificate come in any order. */
export const lastSightings = {
  name: '0004-last-sightings',
  sql: `
create table last_sighting (
  label text collate "C" not null,
  certificate_id integer not null,
  -- When it was said.
  at timestamptz not null,
  primary key (label, certificate_id)
);
`,
};
