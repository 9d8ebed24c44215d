/** Of when the answer is that found a certificate revoked: an older one takes nothing back. Whether it was a hold stands with the certificate. */
export const foundRevocations = {
  name: '0016-found-revocations',
  sql: `
-- thisUpdate of the youngest answer that said so.
alter table revocation_check add column found_this_update timestamptz;
update revocation_check c set found_this_update = coalesce(
  (select max((step ->> 'thisUpdate')::timestamptz) from json_array_elements(c.steps) step where step ->> 'outcome' = 'revoked'), c.checked_at)
where c.found_revoked;
drop index revocation_check_held;
create index revocation_check_found on revocation_check (certificate_id) where found_revoked;
`,
};
