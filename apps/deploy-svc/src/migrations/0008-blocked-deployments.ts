/** A deployment that found its place taken waits for that to change. */
export const blockedDeployments = {
  name: '0008-blocked-deployments',
  sql: `
-- The certificate that has its place; null: nothing is in its way.
alter table deployment add column blocked_by integer;
create index deployment_blocked on deployment (blocked_by, destination_id) where blocked_by is not null;
`,
};
