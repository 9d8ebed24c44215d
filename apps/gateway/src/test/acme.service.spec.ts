import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Controller, Module } from '@nestjs/common';
import { defineConfig } from '@sifaka/config';
import {
  deactivateAcmeAccount,
  getAcmeAccount,
  getAcmeOrder,
  listAcmeAccounts,
  listAcmeOrders,
  readChallengeResponse,
  rollOverAcmeAccount,
  updateAcmeAccount,
  type AcmeAccountRecord,
  type AcmeOrderRecord,
  type InputOf,
} from '@sifaka/contracts';
import { platformTables } from '@sifaka/database';
import { AppError } from '@sifaka/kernel';
import { Handles, type CallContext } from '@sifaka/messaging';
import { defineService } from '@sifaka/runtime';
import { aGateway, type Gateway } from './a-gateway.js';

jest.setTimeout(60_000);

const at = '2026-11-22T10:00:00.000Z';
const account: AcmeAccountRecord = {
  id: 7,
  authority: 'LE',
  directoryUrl: 'https://ca.example/dir',
  accountUrl: 'https://ca.example/acct/1',
  email: 'pki@example.com',
  keyType: 'ECCPRIME256V1',
  status: 'valid',
  hasExternalBinding: false,
  lastError: null,
  createdAt: at,
  updatedAt: at,
};
const order: AcmeOrderRecord = { id: 9, pendingCertificateId: 3, authority: 'LE', state: 'authorizing', orderUrl: null, attempts: 1, lastError: 'no', nextTryAt: at, until: at, createdAt: at, updatedAt: at, challenges: [] };

const asked: { what: string; input: unknown; by: string }[] = [];
const note = (what: string, input: unknown, { principal }: CallContext) => asked.push({ what, input, by: principal.kind === 'user' ? principal.username : principal.service });

/** acme-svc as far as accounts, orders and challenges are concerned. */
@Controller()
class AcmeStandIn {
  @Handles(listAcmeAccounts)
  accounts(input: InputOf<typeof listAcmeAccounts>, call: CallContext) {
    note('accounts', input, call);
    return { items: [account], total: 1, nextCursor: null };
  }

  @Handles(getAcmeAccount)
  account({ id }: InputOf<typeof getAcmeAccount>) {
    if (id !== account.id) throw new AppError('not_found', `there is no ACME account ${id}`);
    return account;
  }

  @Handles(updateAcmeAccount)
  update(input: InputOf<typeof updateAcmeAccount>, call: CallContext) {
    note('update', input, call);
    return { ...account, email: input.email };
  }

  @Handles(rollOverAcmeAccount)
  rollOver(input: InputOf<typeof rollOverAcmeAccount>): AcmeAccountRecord {
    throw new AppError('conflict', `account ${input.id} is busy`);
  }

  @Handles(deactivateAcmeAccount)
  deactivate(input: InputOf<typeof deactivateAcmeAccount>, call: CallContext): AcmeAccountRecord {
    note('deactivate', input, call);
    return { ...account, status: 'deactivated' };
  }

  @Handles(listAcmeOrders)
  orders(input: InputOf<typeof listAcmeOrders>, call: CallContext) {
    note('orders', input, call);
    return { items: [order], total: 1, nextCursor: null };
  }

  @Handles(getAcmeOrder)
  order() {
    return order;
  }

  @Handles(readChallengeResponse)
  response({ token }: InputOf<typeof readChallengeResponse>) {
    if (token === 'broken') throw new AppError('unavailable', 'no database');
    return { keyAuthorization: token === 'known_token-1' ? 'known_token-1.thumbprint' : null };
  }
}

@Module({ controllers: [AcmeStandIn] })
class AcmeStandInModule {}

const acmeStandIn = defineService({ name: 'acme', config: defineConfig('acme', {}), migrations: platformTables('acme'), module: () => AcmeStandInModule });

let gateway: Gateway;
beforeAll(async () => (gateway = await aGateway({ services: [acmeStandIn] })));
afterAll(() => gateway.stop());

const asAdmin = (method: string, path: string, body?: unknown) => gateway.send(method, path, { token: gateway.admin, ...(body !== undefined && { body }) });

describe('ACME over REST', () => {
  it('lists accounts and orders, with their filters', async () => {
    expect(await asAdmin('GET', '/acme_accounts?authority=LE&count=5')).toMatchObject({ status: 200, body: { items: [account], total: 1 } });
    expect(asked.at(-1)).toMatchObject({ what: 'accounts', input: { authority: 'LE', window: { limit: 5 } } });
    expect(await asAdmin('GET', '/acme_orders?state=failed&pendingCertificateId=3')).toMatchObject({ status: 200, body: { items: [order] } });
    expect(asked.at(-1)).toMatchObject({ what: 'orders', input: { authority: null, state: 'failed', pendingCertificateId: 3 } });
    expect(await asAdmin('GET', '/acme_orders?state=dreaming')).toMatchObject({ status: 400, body: { reasons: { state: expect.stringContaining('must be one of requested') } } });
    expect(await asAdmin('GET', '/acme_orders/9')).toMatchObject({ status: 200, body: { id: 9, challenges: [] } });
  });

  it('shows, changes and ends an account', async () => {
    expect(await asAdmin('GET', '/acme_accounts/7')).toMatchObject({ status: 200, body: account });
    expect((await asAdmin('GET', '/acme_accounts/8')).status).toBe(404);
    expect(await asAdmin('PUT', '/acme_accounts/7', { email: 'New@Example.com' })).toMatchObject({ status: 200, body: { email: 'new@example.com' } });
    for (const email of [null, '']) expect(await asAdmin('PUT', '/acme_accounts/7', { email })).toMatchObject({ status: 200, body: { email: null } });
    for (const body of [{}, { email: 'nobody' }, { email: 4 }]) expect((await asAdmin('PUT', '/acme_accounts/7', body)).status).toBe(400);
    expect(await asAdmin('POST', '/acme_accounts/7/rollover')).toMatchObject({ status: 409, body: { message: 'account 7 is busy' } });
    expect(await asAdmin('DELETE', '/acme_accounts/7')).toMatchObject({ status: 200, body: { status: 'deactivated' } });
    expect(asked.at(-1)).toMatchObject({ what: 'deactivate', input: { id: 7 }, by: expect.any(String) });
  });

  it('is for administrators alone', async () => {
    const { token } = await gateway.aUser('operator-of-acme', ['operator']);
    for (const [method, path] of [['GET', '/acme_accounts'], ['GET', '/acme_accounts/7'], ['PUT', '/acme_accounts/7'], ['DELETE', '/acme_accounts/7'], ['POST', '/acme_accounts/7/rollover'], ['GET', '/acme_orders'], ['GET', '/acme_orders/9']] as const) {
      expect((await gateway.send(method, path, { token })).status).toBe(403);
      expect((await gateway.send(method, path)).status).toBe(401);
    }
  });
});

describe('a CA that looks for the answer to a challenge', () => {
  const ask = (token: string, init: RequestInit = {}) => fetch(`${gateway.address()}/.well-known/acme-challenge/${token}`, init);
  it('gets it without a token of ours, byte for byte, whatever the name it asks for', async () => {
    const answer = await ask('known_token-1', { headers: { host: 'www.example.test' } });
    expect([answer.status, await answer.text()]).toEqual([200, 'known_token-1.thumbprint']);
    expect(answer.headers.get('cache-control')).toBe('no-store');
  });

  it('gets 404 for tokens that nobody waits for, and for what is none', async () => {
    for (const token of ['unknown', 'a.b', '%2e%2e%2fetc', 'x'.repeat(300), 'a%0d%0ab']) expect((await ask(token)).status).toBe(404);
  });

  it('is asked to come again while the service is away', async () => {
    expect((await ask('broken')).status).toBe(503);
  });
});
