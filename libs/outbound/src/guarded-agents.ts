import { Agent as HttpAgent, type ClientRequestArgs } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { Duplex } from 'node:stream';
import type { Socket } from 'node:net';
import { outboundFault, type Target } from './faults.js';

export type Open = (target: Target) => Promise<Socket>;

type Opened = (error: Error | null, socket: Duplex) => void;

/** Sockets to one host at a time: a vendor's kit that is asked a thousand things at once does not open a thousand. */
const maxSockets = 32;

/** An agent for plain HTTP whose connections go through the guard. */
export class GuardedHttpAgent extends HttpAgent {
  constructor(
    private readonly open: Open,
    private readonly onDestroy: (agent: HttpAgent) => void,
  ) {
    super({ keepAlive: true, maxSockets });
  }

  override createConnection(options: ClientRequestArgs, callback?: Opened): undefined {
    connectFor(this.open, options, 80, callback);
  }

  override destroy(): void {
    this.onDestroy(this);
    super.destroy();
  }
}

/** An agent for HTTPS whose connections go through the guard and trust whom they were told to. */
export class GuardedHttpsAgent extends HttpsAgent {
  constructor(
    private readonly open: Open,
    private readonly onDestroy: (agent: HttpAgent) => void,
  ) {
    super({ keepAlive: true, maxSockets });
  }

  override createConnection(options: ClientRequestArgs, callback?: Opened): undefined {
    connectFor(this.open, options, 443, callback);
  }

  override destroy(): void {
    this.onDestroy(this);
    super.destroy();
  }
}

function connectFor(open: Open, options: ClientRequestArgs, defaultPort: number, callback: Opened = () => undefined): void {
  const target = { host: (options.host ?? options.hostname ?? 'localhost').replace(/^\[|\]$/g, ''), port: Number(options.port ?? defaultPort) };
  open(target).then(
    (socket) => callback(null, socket),
    // Node's own type wants a socket beside the fault.
    (error: unknown) => void Reflect.apply(callback, undefined, [outboundFault(error, target)]),
  );
}
