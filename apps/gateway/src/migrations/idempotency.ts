/** First answers of requests that came with an Idempotency-Key. */
export const idempotencyTables = `
  create table idempotency_key (
    user_id integer not null references app_user on delete cascade,
    operation text not null check (length(operation) <= 64),
    key text not null check (length(key) <= 255),
    -- Keyed digests of the request, one per token secret: the body itself may hold a password.
    request_hash text not null,
    -- Changes hands when a request takes over from one that died.
    attempt uuid not null,
    started_at timestamptz not null,
    answered_at timestamptz,
    answer jsonb,
    primary key (user_id, operation, key)
  );
  create index idempotency_key_started_at on idempotency_key (started_at);
`;
