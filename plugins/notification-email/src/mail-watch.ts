import type { Socket } from 'node:net';
import { AppError } from '@sifaka/kernel';

/** All in milliseconds. */
export interface MailLimits {
  /** Of each step: the longest silence of the connection. */
  stepMs: number;
  /** Of all steps until the server has the whole mail. */
  stepsMs: number;
  /** For its answer to the whole mail. */
  answerMs: number;
}

/** Silence is looked for this often within a step. */
const looksPerStep = 10;

/**
 * Watches over one mail on its way: each step has its time, all of them together have, and the server that has the whole mail has long to say
 * so (RFC 5321 section 4.5.3.2.6): whoever hangs up on it makes it keep the mail, and sends the same again.
 */
export class MailWatch {
  private readonly controller = new AbortController();
  private readonly stop = () => this.giveUp(new AppError('unavailable', 'the mail was given up because the service stops'));
  private timer: NodeJS.Timeout;
  private looking: NodeJS.Timeout | undefined;
  private given: AppError | undefined;
  private isWhole = false;

  /** @param signal of the host @param server as messages name it */
  constructor(
    private readonly host: AbortSignal,
    private readonly server: string,
    private readonly limits: MailLimits,
  ) {
    this.timer = this.limit(limits.stepsMs, 'did not take the mail');
    host.addEventListener('abort', this.stop, { once: true });
    if (host.aborted) this.stop();
  }

  get signal(): AbortSignal {
    return this.controller.signal;
  }

  /** Why it was given up; undefined when it was not. */
  get fault(): AppError | undefined {
    return this.given;
  }

  /** The server was given all of the mail with its end: from here on only it knows what becomes of it. */
  get isHandedOver(): boolean {
    return this.isWhole;
  }

  /** By the bytes of the connection itself: TLS on top of it takes its events away. */
  over(connection: Pick<Socket, 'bytesRead' | 'bytesWritten'>): void {
    const count = () => connection.bytesRead + connection.bytesWritten;
    let [before, silent] = [count(), 0];
    this.looking = setInterval(() => {
      const now = count();
      silent = now === before ? silent + 1 : 0;
      before = now;
      if (silent >= looksPerStep) this.giveUp(new AppError('upstream_timeout', `${this.server} did not answer for ${this.limits.stepMs / 1_000} s`));
    }, this.limits.stepMs / looksPerStep);
  }

  handedOver(): void {
    if (this.given !== undefined || this.isWhole) return;
    this.isWhole = true;
    this.clear();
    this.timer = this.limit(this.limits.answerMs, 'did not answer to the whole mail');
  }

  end(): void {
    this.clear();
    this.host.removeEventListener('abort', this.stop);
  }

  private limit(ms: number, what: string): NodeJS.Timeout {
    return setTimeout(() => this.giveUp(new AppError('upstream_timeout', `${this.server} ${what} within ${ms / 1_000} s`)), ms);
  }

  private giveUp(fault: AppError): void {
    this.given ??= fault;
    this.clear();
    this.controller.abort(this.given);
  }

  private clear(): void {
    clearTimeout(this.timer);
    clearInterval(this.looking);
  }
}
