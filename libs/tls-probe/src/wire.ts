import type { Socket } from 'node:net';
import { fault, shown } from './faults.js';
import { probeLimits } from './probe-limits.js';

/** How a socket is opened: `Outbound.connect` of the plugin SDK. */
export type Connect = (target: { host: string; port: number; timeoutMs?: number }) => Promise<Socket>;

export interface Limit {
  /** When the whole conversation has to be over, by `performance.now()`. */
  endAt: number;
  signal?: AbortSignal | undefined;
}

/** A socket that is read in pieces of known length, never longer and never more than the limits of a probe. */
export class Wire {
  private buffered: Buffer = Buffer.alloc(0);
  private receivedBytes = 0;
  private failure: Error | null = null;
  private wake: (() => void) | null = null;
  private readonly stop: () => void;
  private readonly timer: NodeJS.Timeout;

  private constructor(
    private readonly socket: Socket,
    private readonly signal: AbortSignal | undefined,
    endAt: number,
  ) {
    this.stop = () => this.fail(fault('tls.stopped', 'given up'));
    this.timer = setTimeout(() => this.fail(fault('tls.timeout', 'no complete answer within the time limit')), Math.max(0, endAt - performance.now()));
    signal?.addEventListener('abort', this.stop, { once: true });
    if (signal?.aborted === true) this.stop();
    socket.on('data', (chunk: Buffer) => this.take(chunk));
    socket.on('end', () => this.fail(fault('tls.closed', 'the connection was closed before the answer was complete')));
    socket.on('close', () => this.fail(fault('tls.closed', 'the connection was closed before the answer was complete')));
    socket.on('error', (error) => this.fail(fault('tls.closed', `the connection was cut off (${codeOf(error)})`, error)));
  }

  /**
   * Opens a connection, has the conversation and closes it, whatever happens.
   *
   * @throws AppError of `connect`, of the conversation, `upstream_timeout` past the limit, `unavailable` after an abort
   */
  static async over<T>(connect: Connect, target: { host: string; port: number }, { endAt, signal }: Limit, talk: (wire: Wire) => Promise<T>): Promise<T> {
    const socket = await opened(connect, target, { endAt, signal });
    const wire = new Wire(socket, signal, endAt);
    try {
      return await talk(wire);
    } finally {
      wire.close();
    }
  }

  get localAddress(): string {
    return this.socket.localAddress ?? '127.0.0.1';
  }

  /** Bytes that arrived and that nobody has read. */
  get pending(): Buffer {
    return this.buffered;
  }

  write(bytes: Uint8Array | string): void {
    if (this.failure === null) this.socket.write(bytes);
  }

  /** Exactly so many bytes. */
  async read(length: number): Promise<Buffer> {
    await this.until(() => this.buffered.length >= length);
    const bytes = this.buffered.subarray(0, length);
    this.buffered = this.buffered.subarray(length);
    return bytes;
  }

  /** At least one byte, without taking it. */
  async peek(): Promise<Buffer> {
    await this.until(() => this.buffered.length > 0);
    return this.buffered;
  }

  /** A line without its end; CR LF and bare LF end it. */
  async readLine(): Promise<string> {
    const text = await this.readThrough((buffered) => buffered.indexOf(0x0a) + 1, probeLimits.lineBytes, 'a line');
    return text.replace(/\r?\n$/, '');
  }

  /**
   * Everything up to where `end` says that it ends; 0: not yet.
   *
   * @param what for the message when there is no end within `maxBytes`
   */
  async readThrough(end: (buffered: Buffer) => number, maxBytes: number, what: string): Promise<string> {
    let length = 0;
    await this.until(() => {
      length = end(this.buffered);
      if (length > maxBytes || (length === 0 && this.buffered.length > maxBytes)) throw fault('tls.limit', `${what} is longer than ${maxBytes} bytes`);
      return length > 0;
    });
    return (await this.read(length)).toString('latin1');
  }

  /** After the agreement to TLS nothing may have been said in the clear: whoever sits between could have put it there. */
  assertNothingPending(): void {
    if (this.buffered.length > 0) throw fault('starttls.injected', `sent more in the clear after it agreed to TLS: ${shown(this.buffered)}`);
  }

  private close(): void {
    clearTimeout(this.timer);
    this.signal?.removeEventListener('abort', this.stop);
    this.failure ??= fault('tls.closed', 'closed');
    this.socket.destroy();
  }

  private take(chunk: Buffer): void {
    this.receivedBytes += chunk.length;
    this.buffered = this.buffered.length === 0 ? chunk : Buffer.concat([this.buffered, chunk]);
    if (this.receivedBytes > probeLimits.receivedBytes) {
      // What is there may suffice; no more is taken in.
      this.socket.pause();
      this.fail(fault('tls.limit', `sent more than ${probeLimits.receivedBytes} bytes`));
    }
    this.wake?.();
  }

  private fail(error: Error): void {
    this.failure ??= error;
    this.wake?.();
  }

  private async until(isThere: () => boolean): Promise<void> {
    while (!isThere()) {
      if (this.failure !== null) throw this.failure;
      await new Promise<void>((resolve) => (this.wake = resolve));
      this.wake = null;
    }
  }
}

async function opened(connect: Connect, { host, port }: { host: string; port: number }, { endAt, signal }: Limit): Promise<Socket> {
  if (signal?.aborted === true) throw fault('tls.stopped', 'given up');
  const timeoutMs = Math.floor(endAt - performance.now());
  if (timeoutMs <= 0) throw fault('tls.timeout', 'no complete answer within the time limit');
  const opening = connect({ host, port, timeoutMs });
  if (signal === undefined) return opening;
  const over = new AbortController();
  const stopped = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(fault('tls.stopped', 'given up')), { once: true, signal: over.signal });
  });
  try {
    return await Promise.race([opening, stopped]);
  } catch (error) {
    // Nobody waits for it any longer.
    opening.then((socket) => socket.destroy()).catch(() => undefined);
    throw error;
  } finally {
    over.abort();
  }
}

const codeOf = (error: Error): string => ('code' in error && typeof error.code === 'string' ? error.code : 'error');
