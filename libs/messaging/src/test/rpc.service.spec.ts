import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Controller } from '@nestjs/common';
import { AppError } from '@sifaka/kernel';
import type { Log } from '../bus/log.js';
import { Handles } from '../rpc/handles.js';
import { RpcClient } from '../rpc/rpc-client.js';
import { echo, fail, look, nobody, nobodyDoes, observe, spend } from './contracts.js';
import { silent } from './nats-server.js';
import { RpcSetup, alice, echoes } from './rpc-setup.js';

let setup: RpcSetup;
beforeAll(async () => {
  setup = await RpcSetup.start();
});
afterAll(() => setup.stop());

describe('a call', () => {
  it('reaches the handler parsed and brings back its answer', async () => {
    const { stop } = await setup.serve('issuer', echoes('a'));
    await expect(setup.gateway.call(echo, { text: 'hello' }, { principal: alice })).resolves.toEqual({ text: 'hello', replica: 'a' });
    await stop();
  });

  it('refuses input that breaks the contract, naming the field, without a message', async () => {
    const call = setup.gateway.call(echo, { text: '' }, { principal: alice });
    await expect(call).rejects.toMatchObject({ code: 'invalid_argument', fields: [{ path: 'text' }] });
  });

  it('fails without waiting for its deadline when nobody is there to answer, command or query', async () => {
    for (const contract of [nobody, nobodyDoes]) {
      await expect(setup.gateway.call(contract, {}, { principal: alice })).rejects.toMatchObject({
        code: 'unavailable',
        reason: 'rpc.no_responder',
      });
    }
  });

  it('fails at its deadline when the answer takes too long', async () => {
    const { stop } = await setup.serve('issuer', echoes('slow'));
    const call = setup.gateway.call(echo, { text: 'x', waitMs: 500 }, { principal: alice, timeoutMs: 100 });
    await expect(call).rejects.toMatchObject({ code: 'unavailable', reason: 'rpc.deadline' });
    await stop();
  });

  it('is refused at once, and says so, when the rights of the bus forbid it', async () => {
    const notify = new RpcClient(await setup.server.bus('notify'), 'notify');
    await expect(notify.call(observe, {})).rejects.toMatchObject({ code: 'permission_denied', reason: 'rpc.no_right' });
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
    const { stop } = await setup.serve('issuer', () => Coins);
    await expect(setup.gateway.call(look, { failures: 2 }, { principal: alice })).resolves.toEqual({ attempts: 3 });
    attempts = 0;
    await expect(setup.gateway.call(spend, { failures: 2 }, { principal: alice })).rejects.toMatchObject({ code: 'unavailable' });
    expect(attempts).toBe(1);
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
        return { text: 'x'.repeat(8_500_000) };
      }
    }
    await setup.serve('issuer', () => Faults, log);
  });

  it('crosses the bus as it is when it is an AppError', async () => {
    const call = setup.gateway.call(fail, { how: 'known' }, { principal: alice });
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
      const call = setup.gateway.call(fail, { how }, { principal: alice });
      await expect(call).rejects.toMatchObject({ code: 'internal', message: 'internal error' });
      expect(logged).toHaveLength(1);
    },
  );

  it('is a clear refusal when the answer is larger than a message may be', async () => {
    const call = setup.gateway.call(fail, { how: 'huge-answer' }, { principal: alice });
    await expect(call).rejects.toMatchObject({ code: 'failed_precondition', reason: 'rpc.too_large' });
    await expect(call).rejects.toThrow('a message may have 8388608');
  });

  it.each(['', 'not json', '[]', '"text"', '{"pattern":"x","data":{"how":"no such"}}'])(
    'answers %j with an error instead of silence',
    async (text) => {
      const reply = await setup.gatewayBus.connection.request('rpc.issuer.fault.throw.gateway', text, { timeout: 1_000 });
      expect(reply.json()).toMatchObject({ err: { code: expect.stringMatching(/invalid_argument|unauthenticated/) } });
    },
  );
});

describe('a replica that stops under load', () => {
  it.each([1, 2, 3])('loses no request (run %d)', async (run) => {
    const stays = await setup.serve('issuer', echoes(`stays ${run}`));
    const leaves = await setup.serve('issuer', echoes(`leaves ${run}`));
    const replicas = new Map<string, number>();
    let isOver = false;
    const caller = async (): Promise<void> => {
      while (!isOver) {
        const { replica } = await setup.gateway.call(echo, { text: 'x', waitMs: 2 }, { principal: alice });
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
