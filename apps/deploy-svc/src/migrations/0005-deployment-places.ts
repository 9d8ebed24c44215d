/** Whose place a deployment may take at its destination, and that what is proven may only be left to be cleared up. */
export const deploymentPlaces = {
  name: '0005-deployment-places',
  sql: `
-- Certificates whose place it may take: whoever asked for it might change them.
alter table deployment add column displaces integer[] not null default '{}';
alter table deployment drop constraint deployment_phase_check;
alter table deployment add constraint deployment_phase_check check (phase in ('uploading', 'verifying', 'settling', 'rolling_back', 'removing'));
`,
};
