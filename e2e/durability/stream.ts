import { certificateBody, type Client, type Json } from '../harness/index.js';

/** Asks for certificates, so many at a time, until told to end. */
export class Stream {
  private readonly count = new Map<number, number>();
  private readonly callers: Promise<void>[];
  private isEnding = false;

  constructor(client: Client, authority: Json, callers: number) {
    this.callers = Array.from({ length: callers }, () => this.call(client, authority));
  }

  get answered(): number {
    return [...this.count.values()].reduce((sum, value) => sum + value, 0);
  }

  /** How many answers there were of each status. */
  async end(): Promise<{ statuses: Record<number, number> }> {
    this.isEnding = true;
    await Promise.all(this.callers);
    return { statuses: Object.fromEntries(this.count) };
  }

  private async call(client: Client, authority: Json): Promise<void> {
    while (!this.isEnding) {
      const { status } = await client.post('/certificates', certificateBody({ authority: { id: authority.id } }));
      this.count.set(status, (this.count.get(status) ?? 0) + 1);
    }
  }
}
