import { createHmac } from 'node:crypto';
import { createServer } from 'node:http';
import type { Json } from '../harness/index.js';

export interface Receiver {
  readonly url: string;
  /** Messages whose signature is genuine and fresh, oldest first. */
  readonly genuine: Json[];
  /** Why others are not to be believed. */
  readonly refused: string[];
  stop(): Promise<void>;
}

/**
 * A program that is told by signed messages, and believes what carries a signature by this secret.
 *
 * @param isBusy when it wants to be told five hours later
 */
export async function startReceiver(secret: string, { now = () => new Date(), isBusy = () => false }: { now?: () => Date; isBusy?: () => boolean } = {}): Promise<Receiver> {
  const [genuine, refused]: [Json[], string[]] = [[], []];
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const content = Buffer.concat(parts).toString('utf8');
      const header = (name: string) => request.headersDistinct[name]?.[0] ?? null;
      const [timestamp, signature] = [header('x-sifaka-timestamp'), header('x-sifaka-signature')];
      const isSigned = signature === `sha256=${createHmac('sha256', secret).update(`${timestamp}.${content}`).digest('hex')}`;
      const isFresh = Math.abs(now().getTime() / 1_000 - Number(timestamp)) < 300;
      const verdict = isSigned ? (isFresh ? 'ok' : 'stale') : 'forged';
      if (verdict === 'ok' && isBusy()) {
        response.writeHead(503, { 'retry-after': '18000' }).end();
        return;
      }
      if (verdict === 'ok') genuine.push(JSON.parse(content));
      else refused.push(verdict);
      response.writeHead(verdict === 'ok' ? 204 : 401).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('it does not listen on TCP');
  return {
    url: `http://127.0.0.1:${address.port}/told`,
    genuine,
    refused,
    stop: () => new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    }),
  };
}
