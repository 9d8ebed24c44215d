import type { Socket } from 'node:net';
import { AppError } from '@sifaka/kernel';
import { connectionFault, type PluginContext } from '@sifaka/plugin-sdk';
import { decodeMessage, encodeMessage, type DecodedMessage, type Message } from './dns-message.js';
import type { Rfc2136Options } from './options.js';
import { refusalOf } from './refusal.js';
import { signMessage, verifyResponse, type TsigKey } from './tsig.js';

/** Signature, journal and answer take milliseconds; a secondary that forwards the update to its primary takes longer. */
const timeoutMs = 20_000;

/** One name server and the key that it knows; every message is signed, over a TCP connection of its own (RFC 2136 section 6.2). */
export class DnsServer {
  readonly name: string;
  private readonly key: TsigKey;

  constructor(
    private readonly options: Rfc2136Options,
    private readonly context: Pick<PluginContext, 'clock' | 'outbound' | 'random' | 'signal'>,
  ) {
    this.name = `${options.server}:${options.port}`;
    this.key = { name: options.tsig_name, algorithm: options.tsig_algorithm, secret: Buffer.from(options.tsig_secret, 'base64') };
  }

  /**
   * @returns the answer, when its signature is right and its code is NOERROR or among `accepts`
   * @throws AppError that says which setting the server refused
   */
  async exchange(message: Omit<Message, 'id'>, accepts: readonly number[] = []): Promise<DecodedMessage> {
    const id = Buffer.from(this.context.random(2)).readUInt16BE(0);
    const { signed, mac } = signMessage(encodeMessage({ ...message, id }), this.key, this.context.clock.now());
    const response = await this.send(signed);
    const decoded = this.decode(response, id);
    const verdict = this.read(() => verifyResponse(response, decoded, this.key, mac, this.context.clock.now()));
    const refusal = refusalOf({ verdict, rcode: decoded.rcode, accepts, server: this.name, key: this.key, zone: message.question.name, now: this.context.clock.now() });
    if (refusal !== null) throw refusal;
    return decoded;
  }

  private decode(response: Buffer, id: number): DecodedMessage {
    const decoded = this.read(() => decodeMessage(response));
    if (decoded.id !== id || !decoded.isResponse) throw new AppError('upstream_failed', `${this.name} answered another question than ours`);
    return decoded;
  }

  private read<Read>(read: () => Read): Read {
    try {
      return read();
    } catch (error) {
      throw new AppError('upstream_failed', `${this.name} answered with something that is no DNS message: is the port right?`, { cause: error });
    }
  }

  private async send(message: Buffer): Promise<Buffer> {
    const { signal, outbound } = this.context;
    const stopped = () => new AppError('unavailable', `the call to ${this.name} was given up because the service stops`);
    const hasStopped = () => signal.aborted;
    if (hasStopped()) throw stopped();
    const socket = await outbound.connect({ host: this.options.server, port: this.options.port }).catch((error: unknown) => Promise.reject(connectionFault(this.name, error)));
    const stop = () => socket.destroy(stopped());
    const timer = setTimeout(() => socket.destroy(new AppError('upstream_timeout', `${this.name} did not answer within ${timeoutMs / 1_000} s`)), timeoutMs);
    signal.addEventListener('abort', stop, { once: true });
    if (hasStopped()) stop();
    try {
      return await framed(socket, message, this.name);
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', stop);
      socket.destroy();
    }
  }
}

/** One message there and one back, each behind its length in two octets (RFC 1035 section 4.2.2). */
function framed(socket: Socket, message: Buffer, server: string): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    let received = Buffer.alloc(0);
    socket.on('data', (chunk: Buffer) => {
      received = Buffer.concat([received, chunk]);
      if (received.length >= 2 && received.length >= 2 + received.readUInt16BE(0)) resolve(received.subarray(2, 2 + received.readUInt16BE(0)));
    });
    socket.once('error', (error) => reject(connectionFault(server, error)));
    socket.once('close', () => reject(new AppError('upstream_failed', `${server} ended the connection before it had answered`)));
    const length = Buffer.alloc(2);
    length.writeUInt16BE(message.length);
    socket.write(Buffer.concat([length, message]));
  });
}
