/** First answers of requests that came with an Idempotency-Key. */
export const idempotencyTables = `
  create table idempotency_key (
    user_id integer not null references app_user on delete cascade,
    operation text not null check (length(operation) <= 64),
    key text not null check (length(key) <= 255),
    -- Keyed digest: the request may hold a password.
    request_hash text not null,
    -- Changes hands when a request takes over from one that died.
    attempt uuid not null,
    started_at timestamptz not null,
    answered_at timestamptz,
    -- json, not jsonb: the answer is repeated as it was, keys in their order.
    answer json,
    primary key (user_id, operation, key)
  );
  create index idempotency_key_started_at on idempotency_key (started_at);
`;
