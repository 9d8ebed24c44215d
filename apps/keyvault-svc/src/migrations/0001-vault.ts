/**
 * Keys, secrets and what was done with them.
 *
 * - `id` is random and is what other services hold; `sequence` orders rows for the sweeps that compare inventories.
 * - No foreign key to `master_key`: its row lock would be shared by every insert of every replica, and costs more than the
 *   insert itself. The insert asks instead whether its master key may still write.
 * - The journals outlive the keys: they have no foreign key either.
 */
export const vault = {
  name: '0001-vault',
  sql: `
create table master_key (
  fingerprint text primary key check (fingerprint ~ '^[0-9a-f]{16}$'),
  -- 'active': rows may need it. 'retired': none does, it can be dropped from the configuration.
  state text not null default 'active' check (state in ('active', 'retired')),
  -- A known value sealed under it: opens if and only if the key is the right one.
  canary_wrapped_key bytea not null,
  canary_ciphertext bytea not null,
  first_seen_at timestamptz not null,
  retired_at timestamptz
);

create table key (
  id uuid primary key,
  sequence bigint generated always as identity,
  -- The service that made it, and that alone may use it.
  owner text not null,
  purpose text not null check (purpose in ('certificate', 'authority', 'account')),
  -- Null for algorithms and curves that have no name in this product.
  key_type text,
  bits integer,
  spki bytea not null,
  master_key text not null,
  wrapped_key bytea not null,
  -- PKCS#8.
  ciphertext bytea not null,
  created_at timestamptz not null
);
create unique index key_by_owner on key (owner, sequence);

create table secret (
  id uuid primary key,
  sequence bigint generated always as identity,
  owner text not null,
  label text not null,
  master_key text not null,
  wrapped_key bytea not null,
  ciphertext bytea not null,
  created_at timestamptz not null
);
create unique index secret_by_owner on secret (owner, sequence);

create table signing_journal (
  sequence bigint generated always as identity primary key,
  key_id uuid not null,
  purpose text not null check (purpose in ('certificate', 'crl', 'ocsp', 'csr', 'account')),
  -- Upper-case hex without leading zeros.
  serial_hex text,
  subject_key_id uuid,
  tbs bytea not null,
  tbs_sha256 bytea not null,
  signature bytea,
  caller text not null,
  actor text not null,
  signed_at timestamptz not null
);
-- RFC 5280 section 4.1.2.2: an authority gives a serial number once.
create unique index signing_journal_serial on signing_journal (key_id, serial_hex) where purpose = 'certificate';

create table key_access_journal (
  sequence bigint generated always as identity primary key,
  key_id uuid not null,
  caller text not null,
  actor text not null,
  reason text not null,
  object_name text not null,
  accessed_at timestamptz not null
);
create index key_access_journal_key on key_access_journal (key_id, sequence);

create table rekey_run (
  id bigint generated always as identity primary key,
  master_key text not null,
  started_at timestamptz not null,
  rewrapped bigint not null default 0,
  retired text[] not null default '{}',
  finished_at timestamptz
);

create function journal_is_append_only() returns trigger language plpgsql as $$
begin
  raise exception 'journal rows are never changed or removed' using errcode = 'insufficient_privilege';
end $$;
create trigger key_access_journal_is_append_only before update or delete or truncate on key_access_journal
  for each statement execute function journal_is_append_only();
create trigger signing_journal_is_append_only before update or delete or truncate on signing_journal
  for each statement execute function journal_is_append_only();
`,
};
