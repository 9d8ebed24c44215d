import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Controller, Module, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { MicroserviceOptions } from '@nestjs/microservices';
import { AppError, systemClock } from '@sifaka/kernel';
import type { Principal, ServiceName } from '@sifaka/contracts';
import type { Bus } from '../bus/bus.js';
import type { Log } from '../bus/log.js';
import { callerPrivateKey, callerPublicKey, newCallerKeys } from '../caller-keys.js';
import type { CallContext } from '../rpc/call-context.js';
import { CallerContextSigner, CallerContextVerifier } from '../rpc/caller-context.js';
import { DrainingServerNats } from '../rpc/draining-server-nats.js';
import { Handles } from '../rpc/handles.js';
import { RpcClient } from '../rpc/rpc-client.js';
import { echo, fail, look, nobody, nobodyDoes, observe, registry, relay, spend } from './contracts.js';
import { TestNats, silent } from './nats-server.js';
import { waitUntil } from './servers.js';

const alice: Principal = {
  kind: 'user',
  userId: 7,
  username: 'alice',
  email: 'alice@example.com',
  roles: [{ id: 1, name: 'operator' }],
  apiKeyId: null,
  sourceIp: '192.0.2.7',
  userAgent: null,
};
const itself: Principal = { kind: 'system', service: 'gateway' };

const keys = newCallerKeys();
const signer = new CallerContextSigner(callerPrivateKey(keys.privateKey), systemClock);

let server: TestNats;
let gatewayBus: Bus;
let gateway: RpcClient;
const stops: (() => Promise<void>)[] = [];

beforeAll(async () => {
  server = await TestNats.start(registry);
  gatewayBus = await server.bus('gateway');
  gateway = new RpcClient(gatewayBus, 'gateway', signer);
});

afterAll(async () => {
  for (const stop of stops.splice(0)) await stop();
  await server.stop();
});

/** A service of one controller, as a replica of its own with its own connection. */
async function serve(service: ServiceName, controller: (bus: Bus) => Type, log: Log = silent) {
  const bus = await server.bus(service);
  @Module({ controllers: [controller(bus)] })
  class Service {}
  const strategy = new DrainingServerNats(bus, {
    service,
    log,
    verifier: new CallerContextVerifier(callerPublicKey(keys.publicKey), systemClock),
  });
  // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment -- Nest declares its options as classes
  const app = await NestFactory.createMicroservice<MicroserviceOptions>(Service, { strategy, logger: false });
  await app.listen();
  await bus.connection.flush();
  const stop = async () => {
    await app.close();
    await bus.close();
  };
  stops.push(stop);
  return { stop };
}

function echoes(replica: string) {
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

describe('a call', () => {
  it('reaches the handler parsed and brings back its answer', async () => {
    const { stop } = await serve('issuer', echoes('a'));
    await expect(gateway.call(echo, { text: 'hello' }, { principal: alice })).resolves.toEqual({ text: 'hello', replica: 'a' });
    await stop();
  });

  it('refuses input that breaks the contract, naming the field, without a message', async () => {
    const call = gateway.call(echo, { text: '' }, { principal: alice });
    await expect(call).rejects.toMatchObject({ code: 'invalid_argument', fields: [{ path: 'text' }] });
  });

  it('fails within 100 ms when nobody is there to answer, command or query', async () => {
    for (const contract of [nobody, nobodyDoes]) {
      const startedAt = performance.now();
      await expect(gateway.call(contract, {}, { principal: alice })).rejects.toMatchObject({
        code: 'unavailable',
        reason: 'rpc.no_responder',
      });
      expect(performance.now() - startedAt).toBeLessThan(100);
    }
  });

  it('fails at its deadline when the answer takes too long', async () => {
    const { stop } = await serve('issuer', echoes('slow'));
    const startedAt = performance.now();
    const call = gateway.call(echo, { text: 'x', waitMs: 500 }, { principal: alice, timeoutMs: 100 });
    await expect(call).rejects.toMatchObject({ code: 'unavailable', reason: 'rpc.deadline' });
    expect(performance.now() - startedAt).toBeLessThan(300);
    await stop();
  });

  it('is refused at once, and says so, when the rights of the bus forbid it', async () => {
    const notify = new RpcClient(await server.bus('notify'), 'notify');
    const startedAt = performance.now();
    await expect(notify.call(observe, {})).rejects.toMatchObject({ code: 'permission_denied', reason: 'rpc.no_right' });
    expect(performance.now() - startedAt).toBeLessThan(200);
  });
});

describe('retries', () => {
  it('repeat a query that found the service unavailable, and never a command', async () => {
    let attempts = 0;
    const attempt = (failures: number) => {
      attempts += 1;
      if (attempts <= failures) throw new AppError('unavailable', 'not yet');
      return { attempts };
    };
    @Controller()
    class Coins {
      @Handles(spend)
      spend({ failures }: { failures: number }) {
        return attempt(failures);
      }
      @Handles(look)
      look({ failures }: { failures: number }) {
        return attempt(failures);
      }
    }
    const { stop } = await serve('issuer', () => Coins);
    await expect(gateway.call(look, { failures: 2 }, { principal: alice })).resolves.toEqual({ attempts: 3 });
    attempts = 0;
    await expect(gateway.call(spend, { failures: 2 }, { principal: alice })).rejects.toMatchObject({ code: 'unavailable' });
    expect(attempts).toBe(1);
    await stop();
  });
});

describe('the context of a call', () => {
  function seen(call: CallContext) {
    const { principal, caller, requestId, traceId, deadlineAt } = call;
    return {
      leftMs: deadlineAt.getTime() - Date.now(),
      principal: principal.kind === 'user' ? principal.username : `system/${principal.service}`,
      caller,
      requestId,
      traceId,
    };
  }
  beforeAll(async () => {
    @Controller()
    class Vault {
      @Handles(observe)
      observe(_input: object, call: CallContext) {
        return seen(call);
      }
    }
    await serve('keyvault', () => Vault);
    await serve('issuer', (bus) => {
      const rpc = new RpcClient(bus, 'issuer');
      @Controller()
      class Relay {
        @Handles(relay)
        async relay(_input: object, call: CallContext) {
          const first = seen(call);
          await new Promise((resolve) => setTimeout(resolve, 30));
          return { first, second: await rpc.call(observe, {}) };
        }
      }
      return Relay;
    });
  });

  it('passes the deadline down two hops, shrinking', async () => {
    const { first, second } = await gateway.call(relay, {}, { principal: alice, timeoutMs: 2_000 });
    expect(first.leftMs).toBeLessThanOrEqual(2_000);
    expect(first.leftMs).toBeGreaterThan(1_500);
    expect(second.leftMs).toBeLessThanOrEqual(first.leftMs - 45);
  });

  it('carries the user, the request id and the trace to the last hop, and names the service that asked', async () => {
    const { first, second } = await gateway.call(relay, {}, { principal: alice });
    expect(second).toMatchObject({ principal: 'alice', caller: 'issuer', requestId: first.requestId, traceId: first.traceId });
    expect(first).toMatchObject({ principal: 'alice', caller: 'gateway' });
    expect(first.traceId).toMatch(/^[0-9a-f]{32}$/);
  });

  it('lets each service act as itself where no user is behind the call', async () => {
    const deploy = new RpcClient(await server.bus('deploy'), 'deploy');
    const { first, second } = await deploy.call(relay, {});
    expect([first.principal, second.principal]).toEqual(['system/deploy', 'system/issuer']);
  });

  it('takes the gateway for itself only when it says so', async () => {
    await expect(gateway.call(relay, {}, { principal: itself })).resolves.toMatchObject({ first: { principal: 'system/gateway' } });
    await expect(gateway.call(relay, {})).rejects.toMatchObject({ code: 'internal' });
    const unsigned = await gatewayBus.connection.request(
      'rpc.issuer.call.relay.gateway',
      JSON.stringify({ pattern: '', data: {}, id: '1' }),
    );
    expect(unsigned.json()).toMatchObject({ err: { code: 'unauthenticated' } });
  });

  it('refuses a context that another key signed', async () => {
    const foreign = new CallerContextSigner(callerPrivateKey(newCallerKeys().privateKey), systemClock);
    const forger = new RpcClient(gatewayBus, 'gateway', foreign);
    await expect(forger.call(relay, {}, { principal: alice })).rejects.toMatchObject({ code: 'unauthenticated' });
  });
});

describe('a call whose reply belongs elsewhere', () => {
  it('is dropped, so that nobody publishes with the rights of the answering service', async () => {
    const drops: object[] = [];
    const { stop } = await serve('issuer', echoes('a'), { ...silent, error: (fields) => void drops.push(fields) });
    const { connection } = await server.bus('notify');
    connection.publish('rpc.issuer.text.echo.notify', '{"data":{"text":"x"},"id":"1"}', { reply: 'rpc.keyvault.key.export.issuer' });
    connection.publish('rpc.issuer.text.echo.notify', '{"data":{"text":"x"},"id":"1"}');
    await waitUntil(() => drops.length === 2);
    expect(drops).toContainEqual({ subject: 'rpc.issuer.text.echo.notify', replyTo: 'rpc.keyvault.key.export.issuer' });
    await stop();
  });
});

describe('a fault in a handler', () => {
  const logged: object[] = [];
  const log: Log = { ...silent, error: (fields) => void logged.push(fields) };
  beforeAll(async () => {
    @Controller()
    class Faults {
      @Handles(fail)
      fail({ how }: { how: string }): { text: string } {
        if (how === 'known')
          throw new AppError('conflict', 'role "x" changed', { reason: 'role.changed', fields: [{ path: 'name', message: 'old' }] });
        if (how === 'unknown') throw new TypeError('password hunter2 is wrong');
        if (how === 'bad-answer') return JSON.parse('{"text":1}');
        return { text: 'x'.repeat(1_100_000) };
      }
    }
    await serve('issuer', () => Faults, log);
  });

  it('crosses the bus as it is when it is an AppError', async () => {
    const call = gateway.call(fail, { how: 'known' }, { principal: alice });
    await expect(call).rejects.toMatchObject({
      code: 'conflict',
      message: 'role "x" changed',
      reason: 'role.changed',
      fields: [{ path: 'name', message: 'old' }],
    });
  });

  it.each(['unknown', 'bad-answer'] as const)(
    'is internal and logged once, without its words for the caller, when it is %s',
    async (how) => {
      logged.length = 0;
      const call = gateway.call(fail, { how }, { principal: alice });
      await expect(call).rejects.toMatchObject({ code: 'internal', message: 'internal error' });
      expect(logged).toHaveLength(1);
    },
  );

  it('is a clear refusal when the answer is larger than a message may be', async () => {
    const call = gateway.call(fail, { how: 'huge-answer' }, { principal: alice });
    await expect(call).rejects.toMatchObject({ code: 'failed_precondition', reason: 'rpc.too_large' });
    await expect(call).rejects.toThrow('a message may have 1048576');
  });

  it.each(['', 'not json', '[]', '"text"', '{"pattern":"x","data":{"how":"no such"}}'])(
    'answers %j with an error instead of silence',
    async (text) => {
      const reply = await gatewayBus.connection.request('rpc.issuer.fault.throw.gateway', text, { timeout: 1_000 });
      expect(reply.json()).toMatchObject({ err: { code: expect.stringMatching(/invalid_argument|unauthenticated/) } });
    },
  );
});

describe('a replica that stops under load', () => {
  it.each([1, 2, 3])('loses no request (run %d)', async (run) => {
    const stays = await serve('issuer', echoes(`stays ${run}`));
    const leaves = await serve('issuer', echoes(`leaves ${run}`));
    const replicas = new Map<string, number>();
    let isOver = false;
    const caller = async (): Promise<void> => {
      while (!isOver) {
        const { replica } = await gateway.call(echo, { text: 'x', waitMs: 2 }, { principal: alice });
        replicas.set(replica, (replicas.get(replica) ?? 0) + 1);
      }
    };
    const callers = Promise.all(Array.from({ length: 16 }, caller));
    const load = async (): Promise<void> => {
      await untilCount(replicas, `leaves ${run}`, 500);
      await leaves.stop();
      const servedBy = replicas.get(`leaves ${run}`) ?? 0;
      await untilCount(replicas, `stays ${run}`, (replicas.get(`stays ${run}`) ?? 0) + 500);
      expect(replicas.get(`leaves ${run}`)).toBeLessThan(servedBy + 17);
    };
    await Promise.race([callers, load()]).finally(() => (isOver = true));
    await callers;
    await stays.stop();
  });

  async function untilCount(counts: Map<string, number>, name: string, atLeast: number): Promise<void> {
    while ((counts.get(name) ?? 0) < atLeast) await new Promise((resolve) => setTimeout(resolve, 5));
  }
});
