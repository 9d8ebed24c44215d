/** A request that ended here and may go on at its authority is looked after for some days: what comes all the same is not lost. */
export const watchedRequests = {
  name: '0007-watched-requests',
  sql: `
-- The authority was not told that nobody waits any more: until then it is asked, and the key is kept.
alter table pending_certificate add column watched_until timestamptz;
create index pending_certificate_watched on pending_certificate (next_try_at) where watched_until is not null;
`,
};
