/** Orders at ACME CAs, their authorizations and challenges, and when CAs would like certificates to be renewed. */
export const orders = {
  name: '0003-orders',
  sql: `
create table acme_order (
  id integer generated always as identity primary key,
  -- One order for each, whatever is delivered twice.
  pending_certificate_id integer not null unique,
  authority text not null,
  csr bytea not null,
  identifiers jsonb not null,
  challenge text not null,
  dns_provider_id integer,
  preferred_issuer text,
  drops_last_certificate boolean not null,
  profile text,
  token_destination text,
  -- DER of the certificate that is replaced; null when there is none, or when the CA did not want to hear of it.
  replaces bytea,
  until timestamptz not null,
  state text not null default 'requested',
  -- Orders made at the CA for this request: 1, and more when the CA gave one up.
  round integer not null default 1,
  -- Set before the CA is asked for an order and cleared with its answer: what is set after a crash may have been answered.
  asked_at timestamptz,
  order_url text,
  finalize_url text,
  -- Since when the CA may have the request for the certificate: from then on it may have signed, whatever becomes of the order here.
  submitted_at timestamptz,
  -- The certificate and those above it, DER, for as long as the order is kept: who has not heard of them may ask again.
  certificates bytea[],
  -- When it was last asked for: what is delivered twice was asked for once.
  requested_at timestamptz not null,
  -- The CA answered with the order of this one.
  waits_for integer,
  polls integer not null default 0,
  poll_at timestamptz,
  attempts integer not null default 0,
  -- Failures that count towards the end, and faults of others in a row, which only make the pauses longer.
  strikes integer not null default 0,
  faults integer not null default 0,
  last_error text,
  next_try_at timestamptz,
  -- What somebody else asked for; an impatient applicant does not change it.
  not_before timestamptz,
  -- Nothing is left open at the CA.
  is_closed boolean not null default false,
  close_tries integer not null default 0,
  -- Place among the orders of one account that are in flight.
  slot text not null default 'none' check (slot in ('none', 'waiting', 'held')),
  slot_since timestamptz,
  -- When its job runs next; a job that was lost is found by it.
  wake_at timestamptz,
  version bigint not null default 1,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  ended_at timestamptz
);
-- A CA may answer two requests for the same names with one order: two certificates cannot come of it.
create unique index acme_order_url on acme_order (order_url) where order_url is not null and state not in ('issued', 'failed', 'abandoned');
create index acme_order_known on acme_order (order_url) where order_url is not null;
create index acme_order_waits_for on acme_order (waits_for) where waits_for is not null;
create index acme_order_slot on acme_order (authority, slot, id) where slot <> 'none';
create index acme_order_wake on acme_order (wake_at) where wake_at is not null;
create index acme_order_state on acme_order (state, id);
create index acme_order_authority on acme_order (authority, id);
create index acme_order_ended on acme_order (ended_at) where ended_at is not null;

create table acme_challenge (
  id integer generated always as identity primary key,
  order_id integer not null references acme_order (id) on delete cascade,
  round integer not null,
  authorization_url text not null,
  identifier_type text not null,
  identifier_value text not null,
  -- Null until one is chosen.
  type text,
  state text not null default 'chosen',
  challenge_url text,
  token text,
  key_authorization text,
  dns_provider_id integer,
  dns_provider_name text,
  zone text,
  record_name text,
  token_destination text,
  -- Since when it should be visible to the CA.
  published_at timestamptz,
  answered_at timestamptz,
  polls integer not null default 0,
  poll_at timestamptz,
  is_cleaned_up boolean not null default true,
  clean_ups integer not null default 0,
  clean_up_at timestamptz,
  last_error text,
  -- A CA may hand the same authorization to the order that replaces another: its record is still a record of its own.
  unique (order_id, round, authorization_url)
);
create index acme_challenge_token on acme_challenge (token) where type = 'http-01' and not is_cleaned_up;

-- A cancellation may be delivered before the request that it cancels.
create table acme_unwanted_order (
  pending_certificate_id integer primary key,
  at timestamptz not null default now()
);
create index acme_unwanted_order_at on acme_unwanted_order (at);

create table acme_renewal_window (
  fingerprint_sha256 text primary key,
  pending_certificate_id integer not null,
  authority text not null,
  -- RFC 9773 section 4.1.
  certificate_id text not null,
  not_after timestamptz not null,
  window_start timestamptz,
  window_end timestamptz,
  explanation_url text,
  checked_at timestamptz,
  check_at timestamptz not null default now(),
  failures integer not null default 0
);
create index acme_renewal_window_check on acme_renewal_window (check_at);
create index acme_renewal_window_not_after on acme_renewal_window (not_after);
`,
};
