import { isIPv6, type Socket } from 'node:net';
import { AppError, isAppError } from '@sifaka/kernel';
import type { Target } from './faults.js';

/** More than any proxy says before the tunnel is open. */
const headLimitBytes = 16_384;

/**
 * RFC 9110 section 9.3.6: a tunnel through an HTTP proxy; what is sent afterwards reaches the target.
 *
 * @throws AppError `unavailable` with the proxy's status when it refuses
 */
export function openTunnel(socket: Socket, proxy: URL, { host, port }: Target, signal: AbortSignal): Promise<Socket> {
  const authority = `${isIPv6(host) ? `[${host}]` : host}:${port}`;
  const head = [`CONNECT ${authority} HTTP/1.1`, `Host: ${authority}`, ...credentials(proxy), '', ''];
  return new Promise((resolve, reject) => {
    let received = Buffer.alloc(0);
    const settle = () => {
      socket.off('data', read);
      socket.off('error', fail);
      socket.off('close', closed);
      signal.removeEventListener('abort', abort);
    };
    const fail = (error: Error) => {
      settle();
      socket.destroy();
      reject(error);
    };
    const closed = () => fail(refused('closed the connection'));
    const abort = () => fail(isAppError(signal.reason) ? signal.reason : refused('took too long'));
    const read = (chunk: Buffer) => {
      received = Buffer.concat([received, chunk]);
      const end = received.indexOf('\r\n\r\n');
      if (end < 0) {
        if (received.length > headLimitBytes) fail(refused('answered with too much'));
        return;
      }
      const status = /^HTTP\/1\.[01] (\d{3})/.exec(received.toString('latin1', 0, end))?.[1];
      if (status?.startsWith('2') !== true) {
        fail(refused(status === undefined ? 'does not speak HTTP' : `answered ${status} for ${authority}`));
        return;
      }
      settle();
      socket.pause();
      const rest = received.subarray(end + 4);
      if (rest.length > 0) socket.unshift(rest);
      resolve(socket);
    };
    socket.on('data', read);
    socket.once('error', fail);
    socket.once('close', closed);
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort, { once: true });
    socket.write(head.join('\r\n'));
  });
}

function credentials({ username, password }: URL): string[] {
  if (username === '') return [];
  const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return [`Proxy-Authorization: Basic ${Buffer.from(pair).toString('base64')}`];
}

const refused = (what: string): AppError => new AppError('unavailable', `the proxy of SIFAKA_OUTBOUND_PROXY ${what}`, { reason: 'outbound.proxy' });
