/** What the comparison with the key vault found, and how far it has read. */
export const reconciliation = {
  name: '0002-reconciliation',
  sql: `
-- A signature of the key vault's journal that no certificate of the inventory answers to: kept, with the bytes, for ever.
create table orphan_signature (
  -- Place in the journal.
  sequence bigint primary key,
  authority_id integer references authority (id),
  key_id uuid not null,
  serial_hex text not null,
  tbs bytea not null,
  signature bytea,
  signed_at timestamptz not null,
  found_at timestamptz not null default now()
);
create index orphan_signature_serial on orphan_signature (serial_hex);

create table reconcile_cursor (
  name text primary key,
  sequence bigint not null
);
`,
};
