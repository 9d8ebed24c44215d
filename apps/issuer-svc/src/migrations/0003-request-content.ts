/** What a request with an idempotency key asked for: the same key with another content is another request. */
export const requestContent = {
  name: '0003-request-content',
  sql: `
-- SHA-256; null in rows from before this migration.
alter table certificate add column request_hash bytea;
`,
};
