import type { Server } from 'node:http';
import { AppError } from '@sifaka/kernel';

export interface Listening {
  readonly port: number;
  close(): Promise<void>;
}

interface ListenOptions {
  host: string;
  port: number;
  /** Name of the setting that the port came from, for the message when it is in use. */
  setting: string;
}

export async function listen(server: Server, options: ListenOptions): Promise<Listening> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: Error) => reject(listenError(error, options)));
    server.listen(options.port, options.host, resolve);
  });
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : options.port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** A fault of `listen` in words that name the remedy. */
export function listenError(error: Error, { host, port, setting }: ListenOptions): Error {
  const code: unknown = Reflect.get(error, 'code');
  const remedy = {
    EADDRINUSE: `${host}:${port} is in use: stop what listens there, or set ${setting}`,
    EACCES: `${host}:${port} may not be used by this user: set ${setting} to a port above 1023`,
    EADDRNOTAVAIL: `${host} is no address of this machine: correct the host that belongs to ${setting}`,
    ENOTFOUND: `${host} is no address of this machine: correct the host that belongs to ${setting}`,
  };
  const entry = Object.entries(remedy).find(([name]) => name === code);
  return entry === undefined ? error : new AppError('failed_precondition', entry[1], { reason: 'runtime.listen', cause: error });
}
