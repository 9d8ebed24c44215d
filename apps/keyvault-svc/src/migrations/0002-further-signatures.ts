/** Signatures that are no X.509: certificates of OpenSSH, whose serial numbers an authority gives once as well, and revocation requests (RFC 8555). */
export const furtherSignatures = {
  name: '0002-further-signatures',
  sql: `
alter table signing_journal drop constraint signing_journal_purpose_check;
alter table signing_journal add constraint signing_journal_purpose_check
  check (purpose in ('certificate', 'crl', 'ocsp', 'csr', 'account', 'revocation', 'ssh'));
create unique index signing_journal_serial_given on signing_journal (key_id, serial_hex) where purpose in ('certificate', 'ssh');
drop index signing_journal_serial;
`,
};
