import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer, type ServerOptions } from 'node:https';
import type { AddressInfo, Server as TcpServer } from 'node:net';
import { afterEach } from '@jest/globals';
import { openOutbound, type GuardedOutbound, type OutboundOptions } from '../open-outbound.js';
import type { OutboundConfig } from '../outbound-settings.js';

type Answer = (request: IncomingMessage, response: ServerResponse) => unknown;

/** What a spec opened is closed after each of its tests. */
export function workshop() {
  const ends: (() => unknown)[] = [];
  afterEach(async () => {
    for (const end of ends.splice(0).reverse()) await end();
  });

  const listening = async (server: TcpServer): Promise<number> => {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  };
  const httpEnd = (server: Server) => () => {
    server.closeAllConnections();
    server.close();
  };
  return {
    ends,
    tcp: async (server: TcpServer): Promise<number> => {
      ends.push(() => server.close());
      return listening(server);
    },
    http: async (answer: Answer): Promise<number> => {
      const server = createServer((...exchange) => void answer(...exchange));
      ends.push(httpEnd(server));
      return listening(server);
    },
    https: async (options: ServerOptions, answer: Answer): Promise<number> => {
      const server = createTlsServer(options, (...exchange) => void answer(...exchange));
      ends.push(httpEnd(server));
      return listening(server);
    },
    outbound: (config: Partial<OutboundConfig> = {}, options: Omit<OutboundOptions, 'config'> = {}): GuardedOutbound => {
      const made = openOutbound({ config: { outboundAllowedHosts: [], outboundProxy: undefined, outboundTimeoutMs: 5_000, outboundCa: undefined, ...config }, ...options });
      ends.push(() => made.close());
      return made;
    },
  };
}

/** Names that lead to loopback, as a resolver would answer. */
export const toLoopback = async () => [{ address: '127.0.0.1', family: 4 }];

export const text =
  (body: string): Answer =>
  (_request, response) =>
    response.end(body);
