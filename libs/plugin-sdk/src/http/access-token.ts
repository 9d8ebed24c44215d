import type { Clock } from '@sifaka/kernel';

export interface GrantedToken {
  token: string;
  /** From the moment of the answer on. */
  expiresInSeconds: number;
}

export interface AccessTokenSettings {
  /** Asks for a new one. */
  grant(): Promise<GrantedToken>;
  clock: Clock;
  /** Takes in each token, for the words of the other side are cleaned of it; at most the last few stay. */
  secrets?: string[];
}

/** A token that ends while it travels is refused. */
const marginMs = 60_000;

const keptSecrets = 8;

/** A token that is asked for once, used until shortly before its end, and asked for again when it is refused before. */
export class AccessToken {
  private kept: { granted: Promise<GrantedToken>; endsAt: number } | null = null;
  private readonly own: string[] = [];

  constructor(private readonly settings: AccessTokenSettings) {}

  /** What `call` says; it is made once more, with a new token, when its first answer is a 401. */
  async with<Answer extends { status: number }>(call: (token: string) => Promise<Answer>): Promise<Answer> {
    const granted = this.current();
    const answer = await call((await granted).token);
    if (answer.status !== 401) return answer;
    if (this.kept?.granted === granted) this.kept = null;
    return call((await this.current()).token);
  }

  private current(): Promise<GrantedToken> {
    if (this.kept !== null && this.kept.endsAt > this.settings.clock.now().getTime()) return this.kept.granted;
    const kept = { granted: this.settings.grant(), endsAt: Number.POSITIVE_INFINITY };
    this.kept = kept;
    kept.granted.then(
      ({ token, expiresInSeconds }) => {
        // Tokens that live no longer than the margin are used for half their life.
        const lifeMs = expiresInSeconds * 1_000;
        kept.endsAt = this.settings.clock.now().getTime() + Math.max(lifeMs - marginMs, lifeMs / 2);
        this.remember(token);
      },
      () => {
        if (this.kept === kept) this.kept = null;
      },
    );
    return kept.granted;
  }

  private remember(token: string): void {
    const { secrets } = this.settings;
    if (secrets === undefined) return;
    secrets.push(token);
    this.own.push(token);
    const oldest = this.own.length > keptSecrets ? this.own.shift() : undefined;
    if (oldest !== undefined) secrets.splice(secrets.indexOf(oldest), 1);
  }
}
