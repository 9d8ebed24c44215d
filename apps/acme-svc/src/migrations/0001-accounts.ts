/** Accounts at ACME CAs. Their keys are in the key vault: here stand the ids and the public halves. */
export const accounts = {
  name: '0001-accounts',
  sql: `
create table acme_account (
  id integer generated always as identity primary key,
  authority text not null,
  directory_url text not null,
  ca_pem text,
  is_verified boolean not null,
  -- Written before the CA hears of it: asked again with the same key, the CA answers with the same account.
  key_id uuid not null,
  spki bytea not null,
  key_type text not null,
  -- RFC 7638, of a key that came from outside, as it came: a later change of the key is not undone by the same option.
  imported_thumbprint text,
  -- The key that is to take the place of the other; the CA knows one of the two.
  next_key_id uuid,
  next_spki bytea,
  account_url text,
  email text,
  -- The address in the authority's options: it becomes the contact when it changes, and not whenever the account is opened.
  option_email text,
  -- External account binding; the HMAC key is a secret of the key vault.
  eab_kid text,
  eab_ref text,
  status text not null default 'opening' check (status in ('opening', 'valid', 'deactivated', 'revoked')),
  last_error text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  -- The account of an authority is the one that was opened last; null until it was.
  opened_at timestamptz
);
-- Two that open the same account meet here, and use the key of the first.
create unique index acme_account_live on acme_account (authority, directory_url) where status in ('opening', 'valid');
create index acme_account_authority on acme_account (authority, opened_at) where opened_at is not null;
create index acme_account_url on acme_account (account_url) where account_url is not null;
`,
};
