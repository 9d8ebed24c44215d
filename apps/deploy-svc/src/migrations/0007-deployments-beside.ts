/** What a rotation points endpoints at, one by one, does not take the place of what it replaces: others use that. */
export const deploymentsBeside = {
  name: '0007-deployments-beside',
  sql: `alter table deployment add column is_beside boolean not null default false;`,
};
