/** Sightings that need not be judged again, and endpoints that may lie inside. */
export const settledSightings = {
  name: '0005-settled-sightings',
  sql: `
-- Not found any more when it was over already (expired, revoked, replaced): it stays, and nobody is asked again.
alter table sighting add column settled_at timestamptz;
create index sighting_scope on sighting (source_id, scope);
create index endpoint_scope on endpoint (source_id, scope) where source_id is not null;

-- An administrator said where it is: it may have an address that is not public.
alter table endpoint add column is_reached_inside boolean not null default false;
`,
};
