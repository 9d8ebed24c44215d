/** Where a certificate that comes later is to be put. */
export const pendingDestinations = {
  name: '0008-pending-destinations',
  sql: `
alter table pending_certificate add column destination_ids integer[] not null default '{}';
`,
};
