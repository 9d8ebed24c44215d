import { describe, expect, it } from '@jest/globals';
import { aPrincipal, requirePeer, testBus, testDatabase, waitUntil } from '../index.js';

describe('the testing library', () => {
  it('gives each test a database of its own', async () => {
    const [one, two] = await Promise.all([testDatabase(), testDatabase()]);

    expect(one.urlOf('issuer')).not.toBe(two.urlOf('issuer'));
    await Promise.all([one.drop(), two.drop()]);
  });

  it('gives each test a bus of its own, with the rights of the product', async () => {
    const bus = await testBus();
    const notify = await bus.connect('notify');
    const refused = notify.connection.subscribe('rpc.keyvault.>');

    await expect(refused.closed).resolves.toMatchObject({ message: expect.stringMatching(/permissions violation/i) });
    await bus.stop();
  });

  it('says what it waited for in vain', async () => {
    const waiting = waitUntil(() => Promise.reject(new Error('still dark')), { timeoutMs: 30, what: 'sunrise' });

    await expect(waiting).rejects.toMatchObject({ message: 'waited 30 ms in vain for sunrise', cause: new Error('still dark') });
  });

  it('finds peers in the folders of servers too', () => {
    expect(requirePeer('nats-server')).toMatch(/nats-server$/);
  });

  it('builds principals', () => {
    expect(aPrincipal({ roles: ['operator'] }).roles).toEqual([{ id: 100, name: 'operator' }]);
    expect(aPrincipal({ admin: true })).toMatchObject({ username: 'admin', roles: [{ name: 'admin' }] });
  });
});
