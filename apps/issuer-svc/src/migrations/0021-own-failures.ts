/** Of failed attempts, those that were of the certificate alone: its authority renewed others meanwhile. */
export const ownFailures = {
  name: '0021-own-failures',
  sql: `
alter table certificate_renewal add column own_failures integer not null default 0, add column failed_at timestamptz;
alter table renewal_pace add column succeeded_at timestamptz;
`,
};
