import { createSocket, type Socket } from 'node:dgram';
import { lookup } from 'node:dns/promises';
import { connectionFault, type Measurement, type MetricSink } from '@sifaka/plugin-sdk';
import { datagramsOf } from './datagrams.js';
import type { StatsdOptions } from './options.js';

/** Sends measurements by UDP: whether anybody receives them nobody can tell. */
export class StatsdSink implements MetricSink {
  private readonly sockets = new Map<4 | 6, Socket>();

  constructor(private readonly options: StatsdOptions) {}

  async submit(measurements: readonly Measurement[]): Promise<void> {
    const { host, port, prefix } = this.options;
    const datagrams = datagramsOf(measurements, prefix);
    if (datagrams.length === 0) return;
    try {
      // Asked each time: a server that moves is found again.
      const { address, family } = await lookup(host);
      const socket = this.socketFor(family === 6 ? 6 : 4);
      // One after the other: the buffer of a socket holds some hundred of them.
      for (const datagram of datagrams) await sent(socket, datagram, port, address);
    } catch (error) {
      throw connectionFault('the StatsD server', error);
    }
  }

  close(): Promise<void> {
    for (const socket of this.sockets.values()) socket.close();
    this.sockets.clear();
    return Promise.resolve();
  }

  private socketFor(family: 4 | 6): Socket {
    const known = this.sockets.get(family);
    if (known !== undefined) return known;
    const socket = createSocket(family === 6 ? 'udp6' : 'udp4').unref();
    // One that fails is made anew by the next call.
    socket.on('error', () => this.sockets.delete(family));
    this.sockets.set(family, socket);
    return socket;
  }
}

function sent(socket: Socket, datagram: string, port: number, address: string): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.send(datagram, port, address, (error) => (error === null ? resolve() : reject(error)));
  });
}
