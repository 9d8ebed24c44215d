/** What CAs said of their certificates when they were last asked. */
export const revocationCheck = {
  name: '0014-revocation-check',
  sql: `
create table revocation_check (
  certificate_id integer primary key references certificate (id) on delete cascade,
  status text not null constraint revocation_check_status check (status in ('good', 'revoked', 'unknown')),
  said_by text constraint revocation_check_said_by check (said_by in ('ocsp', 'crl', 'inventory')),
  revoked_at timestamptz,
  crl_reason text,
  checked_at timestamptz not null,
  -- As the contract has them; read as a whole.
  steps json not null,
  -- The certificate is revoked because its CA says so: when that takes it back, so do we.
  found_revoked boolean not null default false
);
-- What a CA holds back it may let go.
create index revocation_check_held on revocation_check (certificate_id) where found_revoked and crl_reason = 'certificateHold';

-- The look at all of them that goes on, or was the last: what is cut off goes on from there.
create table revocation_check_round (
  is_only boolean primary key default true check (is_only),
  started_at timestamptz not null,
  -- Looked at from the newest down to this one; null: not begun.
  below_id integer,
  ended_at timestamptz
);
`,
};
