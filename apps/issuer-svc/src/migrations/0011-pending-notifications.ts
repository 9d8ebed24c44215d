/** Who is told before a certificate ends that comes later. */
export const pendingNotifications = {
  name: '0011-pending-notifications',
  sql: `
alter table pending_certificate add column notification_ids integer[] not null default '{}';
`,
};
