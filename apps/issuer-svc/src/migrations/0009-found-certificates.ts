/** Certificates that a source found: one row a fingerprint, however many calls bring it at once. */
export const foundCertificates = {
  name: '0009-found-certificates',
  sql: `
-- Source that found it first; null for those that were issued or uploaded, which may be there several times.
alter table certificate add column source_id integer;
create unique index certificate_found_unique on certificate (fingerprint_sha256) where source_id is not null;
-- Serial numbers are all trigrams and no words: taking them in by thousands costs a quarter of what it costs by hundreds, and few search them.
alter index certificate_numbers set (gin_pending_list_limit = 16384);
`,
};
