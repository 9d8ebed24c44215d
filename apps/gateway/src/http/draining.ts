import type { FastifyInstance } from 'fastify';

/** How long a client that keeps its connection may take to send the next request, which is then told to be the last. */
const farewellMs = 750;
const pollMs = 25;

/**
 * Lets go of open connections without losing a request: while the gateway stops it still answers, each answer with
 * `Connection: close`, until nobody is connected or the time is over; only then the door closes. A connection that rested for so
 * long is cut while it rests.
 */
export function drainConnections(server: FastifyInstance): void {
  let isClosing = false;
  server.addHook('onSend', async (_request, reply, payload) => {
    if (isClosing) void reply.header('connection', 'close');
    return payload;
  });
  server.addHook('preClose', async () => {
    isClosing = true;
    const endAt = performance.now() + farewellMs;
    while (performance.now() < endAt && (await connections(server)) > 0) await new Promise((resolve) => setTimeout(resolve, pollMs));
  });
}

function connections({ server }: FastifyInstance): Promise<number> {
  return new Promise((resolve) => server.getConnections((error, count) => resolve(error === null ? count : 0)));
}
