import { Controller, Module, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { MicroserviceOptions } from '@nestjs/microservices';
import { systemClock } from '@sifaka/kernel';
import type { Principal, ServiceName } from '@sifaka/contracts';
import type { Bus } from '../bus/bus.js';
import type { Log } from '../bus/log.js';
import { callerPrivateKey, callerPublicKey, newCallerKeys } from '../caller-keys.js';
import { CallerContextSigner, CallerContextVerifier } from '../rpc/caller-context.js';
import { DrainingServerNats } from '../rpc/draining-server-nats.js';
import { Handles } from '../rpc/handles.js';
import { RpcClient } from '../rpc/rpc-client.js';
import { echo, registry } from './contracts.js';
import { TestNats, silent } from './nats-server.js';

export const alice: Principal = {
  kind: 'user',
  userId: 7,
  username: 'alice',
  email: 'alice@example.com',
  roles: [{ id: 1, name: 'operator' }],
  apiKeyId: null,
  sourceIp: '192.0.2.7',
  userAgent: null,
};

/** A server, the gateway on it, and services as a test needs them; all end after the last test of the file. */
export class RpcSetup {
  private readonly stops: (() => Promise<void>)[] = [];

  private constructor(
    readonly server: TestNats,
    readonly gatewayBus: Bus,
    readonly gateway: RpcClient,
    private readonly publicKey: string,
  ) {}

  static async start(): Promise<RpcSetup> {
    const server = await TestNats.start(registry);
    const gatewayBus = await server.bus('gateway');
    const keys = newCallerKeys();
    const signer = new CallerContextSigner(callerPrivateKey(keys.privateKey), systemClock);
    return new RpcSetup(server, gatewayBus, new RpcClient(gatewayBus, 'gateway', signer), keys.publicKey);
  }

  async stop(): Promise<void> {
    for (const stop of this.stops.splice(0)) await stop();
    await this.server.stop();
  }

  /** A service of one controller, as a replica of its own with its own connection. */
  async serve(service: ServiceName, controller: (bus: Bus) => Type, log: Log = silent) {
    const bus = await this.server.bus(service);
    @Module({ controllers: [controller(bus)] })
    class Service {}
    const verifier = new CallerContextVerifier(callerPublicKey(this.publicKey), systemClock);
    const strategy = new DrainingServerNats(bus, { service, log, verifier });
    // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment -- Nest declares its options as classes
    const app = await NestFactory.createMicroservice<MicroserviceOptions>(Service, { strategy, logger: false });
    await app.listen();
    await bus.connection.flush();
    const stop = async () => {
      await app.close();
      await bus.close();
    };
    this.stops.push(stop);
    return { stop };
  }
}

/** Answers with its own name, after the time that is asked for. */
export function echoes(replica: string) {
  @Controller()
  class Echo {
    @Handles(echo)
    async echo({ text, waitMs }: { text: string; waitMs: number }) {
      await new Promise((resolve) => setTimeout(resolve, waitMs));
      return { text, replica };
    }
  }
  return () => Echo;
}
