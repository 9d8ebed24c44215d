import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Controller } from '@nestjs/common';
import { systemClock } from '@sifaka/kernel';
import type { Principal } from '@sifaka/contracts';
import { callerPrivateKey, newCallerKeys } from '../caller-keys.js';
import type { CallContext } from '../rpc/call-context.js';
import { CallerContextSigner } from '../rpc/caller-context.js';
import { Handles } from '../rpc/handles.js';
import { RpcClient } from '../rpc/rpc-client.js';
import { observe, relay } from './contracts.js';
import { silent } from './nats-server.js';
import { RpcSetup, alice, echoes } from './rpc-setup.js';
import { waitUntil } from './servers.js';

const itself: Principal = { kind: 'system', service: 'gateway' };

let setup: RpcSetup;
beforeAll(async () => {
  setup = await RpcSetup.start();
});
afterAll(() => setup.stop());

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
    await setup.serve('keyvault', () => Vault);
    await setup.serve('issuer', (bus) => {
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
    const { first, second } = await setup.gateway.call(relay, {}, { principal: alice, timeoutMs: 9_000 });
    expect(first.leftMs).toBeLessThanOrEqual(9_000);
    expect(first.leftMs).toBeGreaterThan(0);
    expect(second.leftMs).toBeLessThanOrEqual(first.leftMs - 45);
  });

  it('carries the user, the request id and the trace to the last hop, and names the service that asked', async () => {
    const { first, second } = await setup.gateway.call(relay, {}, { principal: alice });
    expect(second).toMatchObject({ principal: 'alice', caller: 'issuer', requestId: first.requestId, traceId: first.traceId });
    expect(first).toMatchObject({ principal: 'alice', caller: 'gateway' });
    expect(first.traceId).toMatch(/^[0-9a-f]{32}$/);
  });

  it('lets each service act as itself where no user is behind the call', async () => {
    const deploy = new RpcClient(await setup.server.bus('deploy'), 'deploy');
    const { first, second } = await deploy.call(relay, {});
    expect([first.principal, second.principal]).toEqual(['system/deploy', 'system/issuer']);
  });

  it('takes the gateway for itself only when it says so', async () => {
    await expect(setup.gateway.call(relay, {}, { principal: itself })).resolves.toMatchObject({ first: { principal: 'system/gateway' } });
    await expect(setup.gateway.call(relay, {})).rejects.toMatchObject({ code: 'internal' });
    const unsigned = await setup.gatewayBus.connection.request(
      'rpc.issuer.call.relay.gateway',
      JSON.stringify({ pattern: '', data: {}, id: '1' }),
    );
    expect(unsigned.json()).toMatchObject({ err: { code: 'unauthenticated' } });
  });

  it('refuses a context that another key signed', async () => {
    const foreign = new CallerContextSigner(callerPrivateKey(newCallerKeys().privateKey), systemClock);
    const forger = new RpcClient(setup.gatewayBus, 'gateway', foreign);
    await expect(forger.call(relay, {}, { principal: alice })).rejects.toMatchObject({ code: 'unauthenticated' });
  });
});

describe('a call whose reply belongs elsewhere', () => {
  it('is dropped, so that nobody publishes with the rights of the answering service', async () => {
    const drops: object[] = [];
    const { stop } = await setup.serve('issuer', echoes('a'), { ...silent, error: (fields) => void drops.push(fields) });
    const { connection } = await setup.server.bus('notify');
    connection.publish('rpc.issuer.text.echo.notify', '{"data":{"text":"x"},"id":"1"}', { reply: 'rpc.keyvault.key.export.issuer' });
    connection.publish('rpc.issuer.text.echo.notify', '{"data":{"text":"x"},"id":"1"}');
    await waitUntil(() => drops.length === 2);
    expect(drops).toContainEqual({ subject: 'rpc.issuer.text.echo.notify', replyTo: 'rpc.keyvault.key.export.issuer' });
    await stop();
  });
});
