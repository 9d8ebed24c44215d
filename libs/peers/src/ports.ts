import { createSocket } from 'node:dgram';
import { createServer } from 'node:net';

const attempts = 20;

/** Loopback ports that nobody listens on at the moment, neither by TCP nor by UDP: all different. */
export async function freePorts(count: number): Promise<number[]> {
  const ports = new Set<number>();
  for (let attempt = 0; ports.size < count; attempt += 1) {
    if (attempt > count + attempts) throw new Error(`no ${count} free ports on 127.0.0.1`);
    const port = await freeTcpPort();
    if (await isFreeForUdp(port)) ports.add(port);
  }
  return [...ports];
}

function freeTcpPort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => {
        resolve(typeof address === 'object' && address !== null ? address.port : 0);
      });
    });
  });
}

function isFreeForUdp(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createSocket('udp4');
    socket.once('error', () => {
      resolve(false);
    });
    socket.bind(port, '127.0.0.1', () => {
      socket.close(() => {
        resolve(true);
      });
    });
  });
}
