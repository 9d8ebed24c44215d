import { Server } from 'node:net';
import type { FastifyInstance } from 'fastify';

/** How long a client that keeps its connection may take to send the next request, which is then told to be the last. */
const farewellMs = 750;

/**
 * Lets go of open connections without losing a request: while the gateway stops it takes no new connection, but answers on those
 * it has, each time with `Connection: close`, until nobody is connected. One that rested for too long is cut while it rests.
 */
export function drainConnections(server: FastifyInstance): void {
  let isClosing = false;
  server.addHook('onSend', async (_request, reply, payload) => {
    if (isClosing) void reply.header('connection', 'close');
    return payload;
  });
  server.addHook('preClose', async () => {
    isClosing = true;
    // The close of an HTTP server would cut at once what rests between two requests.
    const emptied = new Promise<void>((resolve) => Server.prototype.close.call(server.server, () => resolve()));
    const farewell = setTimeout(() => server.server.closeIdleConnections(), farewellMs);
    await emptied;
    clearTimeout(farewell);
  });
}
