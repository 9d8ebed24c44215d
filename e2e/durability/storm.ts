import { randomUUID } from 'node:crypto';
import { certificateBody, type Client, type Json } from '../harness/index.js';

export interface Attempt {
  idempotencyKey: string;
  body: Record<string, unknown>;
  /** What the API said, or null when the connection ended before it said anything. */
  status: number | null;
  answer: Json;
}

/** Asks for many certificates at once: names that collide among others that do not, old owners among new ones. */
export class Storm {
  readonly attempts: Attempt[];
  private readonly running: Promise<unknown>[];

  constructor(client: Client, authority: Json, count: number) {
    const round = randomUUID().slice(0, 8);
    this.attempts = Array.from({ length: count }, (_, index) => ({
      idempotencyKey: randomUUID(),
      body: certificateBody({
        authority: { id: authority.id },
        commonName: index % 5 === 0 ? 'same.storm.test' : `host-${index}.${round}.storm.test`,
        owner: index % 4 === 0 ? `team-${round}-${index % 20}@corp.test` : 'team@corp.test',
      }),
      status: null,
      answer: null,
    }));
    this.running = this.attempts.map((attempt) => send(client, attempt).catch(() => undefined));
  }

  get acknowledged(): Attempt[] {
    return this.attempts.filter(({ status }) => status === 200);
  }

  /** Requests that somebody answered, whatever the answer. */
  get answered(): number {
    return this.attempts.filter(({ status }) => status !== null).length;
  }

  /** Every request was answered or lost. */
  async over(): Promise<void> {
    await Promise.all(this.running);
  }

  /** What was answered, when all is over. */
  async statuses(): Promise<(number | null)[]> {
    await this.over();
    return this.attempts.map(({ status }) => status);
  }
}

/** The same request once more. */
export async function send(client: Client, attempt: Attempt): Promise<void> {
  const answer = await client.api('POST', '/certificates', attempt.body, undefined, { 'idempotency-key': attempt.idempotencyKey });
  attempt.status = answer.status;
  attempt.answer = answer.body;
}
