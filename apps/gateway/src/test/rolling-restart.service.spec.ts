import { Agent, request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { waitUntil } from '@sifaka/testing';
import { aGateway, type Gateway } from './a-gateway.js';

jest.setTimeout(120_000);

const clients = 8;

describe('two gateways under clients that keep their connections', () => {
  let gateway: Gateway;
  beforeAll(async () => {
    gateway = await aGateway();
  });
  afterAll(() => gateway.stop());

  it('lose no request while one after the other is replaced', async () => {
    const first = gateway.platform.service('gateway');
    const second = await gateway.platform.replicate('gateway');
    const addresses = [first.address ?? '', second.address ?? ''];
    const load = new Load(addresses, gateway.admin);
    const running = Promise.all(Array.from({ length: clients }, () => load.run()));
    const answeredMore = async () => {
      const before = load.answers;
      await waitUntil(() => load.faults.length > 0 || load.answers > before + 50, { timeoutMs: 30_000 });
    };

    await answeredMore();
    await first.stop();
    await answeredMore();
    const third = await gateway.platform.replicate('gateway');
    addresses[0] = third.address ?? '';
    await answeredMore();
    await second.stop();
    await answeredMore();
    load.stop();
    await running;

    expect(load.faults).toEqual([]);
  });
});

/** Asks one gateway after the other, over connections that stay open; goes on to the next when one no longer lets it in. */
class Load {
  answers = 0;
  readonly faults: string[] = [];
  private isStopped = false;

  constructor(
    private readonly addresses: readonly string[],
    private readonly token: string,
  ) {}

  stop(): void {
    this.isStopped = true;
  }

  async run(): Promise<void> {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    for (let turn = 0; !this.isStopped && this.faults.length === 0; turn += 1) {
      const outcome = await this.ask(agent, turn);
      if (outcome === 'ECONNREFUSED') continue;
      if (outcome === 200) this.answers += 1;
      else this.faults.push(String(outcome));
    }
    agent.destroy();
  }

  private ask(agent: Agent, turn: number): Promise<number | string> {
    const url = `${this.addresses[turn % this.addresses.length]}/api/1/auth/me`;
    return new Promise((resolve) => {
      const sent = request(url, { agent, headers: { authorization: `Bearer ${this.token}` } }, (response) => {
        response.resume().once('end', () => resolve(response.statusCode ?? 0));
      });
      sent.once('error', (error) => resolve(String(Reflect.get(error, 'code') ?? error.message)));
      sent.end();
    });
  }
}
