/** Indexes without which lists of a large inventory read the rows themselves, 350 bytes and more each. */
export const lists = {
  name: '0004-lists',
  sql: `
-- Default order, and what every list asks of a row: in an inventory of some years the first third has expired, and is passed over here.
-- Nothing that a renewal changes may be in it: those updates stay off all indexes.
create index certificate_page on certificate (id) include (not_after, status, deleted);
create index certificate_authority on certificate (authority_id, id) include (not_after, status, deleted);
-- "Contains" on numbers; apart from the index on names, which is searched a hundred times as often.
create index certificate_numbers on certificate using gin (serial gin_trgm_ops, serial_hex gin_trgm_ops, external_id gin_trgm_ops);
`,
};
