/** Certificates of OpenSSH stand in the same inventory; `der` and `chain` then hold OpenSSH's own bytes. */
export const certificateFormat = {
  name: '0006-certificate-format',
  sql: `
alter table certificate add column format text not null default 'x509'
  constraint certificate_format check (format in ('x509', 'openssh'));
-- Revocation lists read what was revoked, not what was issued.
create index certificate_revoked on certificate (authority_id, revoked_at) where revoked_at is not null;
`,
};
