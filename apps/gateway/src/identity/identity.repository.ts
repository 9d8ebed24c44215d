import { Injectable } from '@nestjs/common';
import type { RoleRef } from '@sifaka/contracts';
import { Database } from '@sifaka/database';
import { Coalescer } from '@sifaka/runtime';

/** Everything that decides whether a token is good now. */
export interface Identity {
  userId: number;
  username: string;
  email: string;
  active: boolean;
  roles: RoleRef[];
  /** Null when the token's API key is gone, or belongs to somebody else. */
  apiKey: { applicationName: string | null; ttl: number; issuedAt: number; revoked: boolean } | null;
  isLoggedOut: boolean;
  /** Milliseconds since 1970; 0 when the password is the first. */
  passwordChangedAt: number;
}

export interface Credentials {
  userId: number;
  active: boolean;
  passwordHash: string | null;
  /** Of that hash; milliseconds since 1970, 0 for the first. */
  passwordChangedAt: number;
}

@Injectable()
export class IdentityRepository {
  private readonly identities: Coalescer<TokenParts, { identity: Identity | null }>;

  constructor(private readonly database: Database) {
    this.identities = new Coalescer((tokens) => this.identifyAll(tokens), { maxItems: 128, maxRuns: 2 });
  }

  /** Read anew for every request, so that what an administrator changes acts on the next; requests of the same moment share the statement. */
  async identify(userId: number, apiKeyId: number | null, tokenId: string | null): Promise<Identity | null> {
    // An id that no token of ours has was never logged out, and must not spoil the statement for others.
    const known = tokenId !== null && uuid.test(tokenId) ? tokenId : null;
    return (await this.identities.add({ userId, apiKeyId, tokenId: known })).identity;
  }

  /** By e-mail address when the name has an @, else by username. */
  async credentials(name: string): Promise<Credentials | null> {
    const condition = name.includes('@') ? 'lower(email) = lower($1)' : 'username = $1';
    const [row] = await this.database.query<Credentials>(
      `select id as "userId", active, password_hash as "passwordHash", ${passwordChangedAt} as "passwordChangedAt" from app_user u where ${condition}`,
      [name],
    );
    return row ?? null;
  }

  /** Leaves the hash alone when the password was changed in between. */
  async renewHash(userId: number, from: string, to: string): Promise<void> {
    await this.database.query('update app_user set password_hash = $3 where id = $1 and password_hash = $2', [userId, from, to]);
  }

  async revokeToken(tokenId: string, expiresAt: Date): Promise<void> {
    await this.database.query('insert into revoked_token (token_id, expires_at) values ($1, $2) on conflict do nothing', [
      tokenId,
      expiresAt,
    ]);
  }

  /** Counts a login of a client; the answer includes it. */
  async countLogin(client: string, at: Date, windowSeconds: number): Promise<{ requests: number; windowStartedAt: Date }> {
    const [row] = await this.database.query<{ requests: number; windowStartedAt: Date }>(countLoginSql, [client, at, windowSeconds]);
    return row ?? { requests: 1, windowStartedAt: at };
  }

  async prune(now: Date, windowSeconds: number): Promise<void> {
    await this.database.query('delete from revoked_token where expires_at < $1', [now]);
    await this.database.query(`delete from login_throttle where window_started_at < $1::timestamptz - make_interval(secs => $2)`, [
      now,
      windowSeconds,
    ]);
  }

  private async identifyAll(tokens: readonly TokenParts[]): Promise<{ identity: Identity | null }[]> {
    const different = new Map(tokens.map((token) => [keyOf(token), token]));
    const asked = [...different].map(([key, token]) => ({ key, ...token }));
    const rows = await this.database.query<{ key: string; identity: Identity }>({
      name: 'identify',
      text: identifySql,
      values: [JSON.stringify(asked)],
    });
    const identities = new Map(rows.map(({ key, identity }) => [key, identity]));
    return tokens.map((token) => ({ identity: identities.get(keyOf(token)) ?? null }));
  }
}

interface TokenParts {
  userId: number;
  apiKeyId: number | null;
  tokenId: string | null;
}

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

const keyOf = ({ userId, apiKeyId, tokenId }: TokenParts): string => `${userId} ${apiKeyId ?? ''} ${tokenId ?? ''}`;

const passwordChangedAt = `coalesce((extract(epoch from u.password_changed_at) * 1000)::bigint, 0)`;

const identifySql = `
  select a.key, json_build_object('userId', u.id, 'username', u.username, 'email', u.email, 'active', u.active, 'passwordChangedAt', ${passwordChangedAt},
    'roles', coalesce((select json_agg(json_build_object('id', r.id, 'name', r.name) order by r.id)
      from user_role m join role r on r.id = m.role_id where m.user_id = u.id), '[]'::json),
    'apiKey', (select json_build_object('applicationName', k.application_name, 'ttl', k.ttl, 'issuedAt', k.issued_at, 'revoked', k.revoked)
      from api_key k where k.id = a."apiKeyId" and k.user_id = u.id),
    'isLoggedOut', exists (select 1 from revoked_token t where t.token_id = a."tokenId")) as identity
  from json_to_recordset($1) as a(key text, "userId" int, "apiKeyId" int, "tokenId" uuid) join app_user u on u.id = a."userId"`;

// The number stops growing soon after the limit, so that nobody can make it overflow.
const countLoginSql = `
  insert into login_throttle as t (client, window_started_at, requests) values ($1, $2, 1)
  on conflict (client) do update set
    requests = case when t.window_started_at + make_interval(secs => $3) <= $2 then 1 else least(t.requests + 1, 1000000) end,
    window_started_at = case when t.window_started_at + make_interval(secs => $3) <= $2 then excluded.window_started_at else t.window_started_at end
  returning requests, window_started_at as "windowStartedAt"`;
