import { isNativeError } from 'node:util/types';
import type { DynamicModule, INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { AsyncMicroserviceOptions, CustomStrategy } from '@nestjs/microservices';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { DrainingServerNats } from '@sifaka/messaging';
import { nestLogger, type Logger } from '@sifaka/observability';
import type { HttpOptions } from './define-service.js';
import { listenError } from './listen.js';

export interface RunningApp {
  context: INestApplicationContext;
  address: string | undefined;
  close(): Promise<void>;
}

/** Starts a module that is reached over the bus alone. */
export async function listenForMessages(root: DynamicModule, logger: Logger): Promise<RunningApp> {
  // `abortOnError` would end the process from inside the framework, without our one clear line.
  // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment -- Nest declares its options as classes
  const app = await NestFactory.createMicroservice<AsyncMicroserviceOptions>(root, {
    inject: [DrainingServerNats],
    useFactory: (strategy: DrainingServerNats) => ({ strategy }),
    logger: nestLogger(logger),
    abortOnError: false,
  });
  await closingOnFault(app, () => app.listen());
  return { context: app, address: undefined, close: () => app.close() };
}

/** Starts a module that serves HTTP, and is reached over the bus as well. */
export async function listenForRequests(root: DynamicModule, logger: Logger, http: HttpOptions): Promise<RunningApp> {
  const adapter = new FastifyAdapter(http.fastify ?? {});
  // Nest would put its own body parsers over those that `configure` registers.
  const options = { logger: nestLogger(logger), abortOnError: false, bodyParser: false };
  // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment -- Nest declares its options as classes
  const app = await NestFactory.create<NestFastifyApplication>(root, adapter, options);
  await closingOnFault(app, async () => {
    // What is global in HTTP (filters, guards, pipes) would break message handlers.
    app.connectMicroservice<CustomStrategy>({ strategy: app.get(DrainingServerNats) }, { inheritAppConfig: false });
    await http.configure?.(app);
    await app.startAllMicroservices();
    await app.listen(http.port, http.host).catch((error: unknown) => {
      throw isNativeError(error) ? listenError(error, http) : error;
    });
  });
  const { port } = addressOf(app.getHttpServer().address(), http.port);
  const host = http.host.includes(':') ? `[${http.host}]` : http.host;
  return { context: app, address: `http://${host}:${port}`, close: () => app.close() };
}

async function closingOnFault(app: INestApplicationContext, start: () => Promise<unknown>): Promise<void> {
  try {
    await start();
  } catch (error) {
    await app.close().catch(() => undefined);
    throw error;
  }
}

function addressOf(address: unknown, fallback: number): { port: number } {
  const port: unknown = typeof address === 'object' && address !== null ? Reflect.get(address, 'port') : undefined;
  return { port: typeof port === 'number' ? port : fallback };
}
