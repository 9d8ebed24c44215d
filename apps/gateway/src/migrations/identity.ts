/** Users, roles, API keys and what logging in needs. */
export const identityTables = `
  create table app_user (
    id integer generated always as identity primary key,
    username text not null check (length(username) between 1 and 255),
    email text not null check (length(email) between 1 and 128),
    password_hash text,
    active boolean not null,
    profile_picture text check (length(profile_picture) <= 255),
    created_at timestamptz not null default now(),
    constraint app_user_username unique (username)
  );
  -- One mailbox, one user: capitals do not tell mailboxes apart anywhere that matters.
  create unique index app_user_email on app_user (lower(email));

  create table role (
    id integer generated always as identity primary key,
    -- 128 as clients give it; the roles of an authority add a suffix to its name.
    name text not null check (length(name) between 1 and 160),
    description text check (length(description) <= 1024),
    username text check (length(username) <= 128),
    -- Reference into the key vault, never the password.
    password_ref text,
    third_party boolean not null default false,
    -- Set while another service has yet to store what the role was made for; until it is confirmed nobody sees the role.
    reserved_at timestamptz,
    created_at timestamptz not null default now(),
    constraint role_name unique (name)
  );
  create index role_reserved_at on role (reserved_at) where reserved_at is not null;

  create table user_role (
    user_id integer not null references app_user on delete cascade,
    role_id integer not null references role,
    primary key (user_id, role_id)
  );
  create index user_role_role on user_role (role_id, user_id);

  create table api_key (
    id integer generated always as identity primary key,
    name text not null check (length(name) <= 128),
    user_id integer not null references app_user on delete cascade,
    -- Days; -1 is without end.
    ttl integer not null check (ttl >= -1),
    -- Seconds since 1970.
    issued_at bigint not null,
    revoked boolean not null default false,
    application_name text check (length(application_name) <= 256)
  );
  create index api_key_user on api_key (user_id, id);

  -- Tokens that were logged out before they expired.
  create table revoked_token (
    token_id uuid primary key,
    expires_at timestamptz not null
  );
  create index revoked_token_expires_at on revoked_token (expires_at);

  -- Shared by all replicas. Unlogged: what a crash forgets is five minutes of counting.
  create unlogged table login_throttle (
    client text primary key,
    window_started_at timestamptz not null,
    requests integer not null
  );
`;
