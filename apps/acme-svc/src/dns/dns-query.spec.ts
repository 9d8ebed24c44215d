import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { aDnsServer, type TestDnsServer } from '../test/a-dns-server.js';
import { ask, NoReply, type Question } from './dns-query.js';

let dns: TestDnsServer;
beforeAll(async () => (dns = await aDnsServer()));
afterAll(() => dns.stop());

const txt = (name: string): Question => ({ name, type: 'TXT', isRecursive: false });
const server = () => ({ address: '127.0.0.1', port: dns.port });

describe('a question to a DNS server', () => {
  it('is answered with records, or with a code', async () => {
    dns.set('a.test', 'TXT', ['one', 'two']);
    expect((await ask(server(), txt('a.test'), 1_000)).answers).toHaveLength(2);
    expect(await ask(server(), txt('nowhere.test'), 1_000)).toMatchObject({ code: 'NXDOMAIN', answers: [] });
    dns.behave('broken.test', 'SERVFAIL');
    expect(await ask(server(), txt('broken.test'), 1_000)).toMatchObject({ code: 'SERVFAIL' });
  });

  it('goes over TCP when the answer is cut', async () => {
    dns.set('long.test', 'TXT', Array.from({ length: 60 }, (_, index) => `${index} ${'x'.repeat(60)}`));
    dns.behave('long.test', 'truncated');
    expect((await ask(server(), txt('long.test'), 2_000)).answers).toHaveLength(60);
    expect(dns.asked).toContain('TXT long.test over TCP');
  });

  it('waits no longer than it should for a server that is silent or talks nonsense', async () => {
    for (const how of ['silent', 'garbage'] as const) {
      dns.behave('mute.test', how);
      const startedAt = Date.now();
      await expect(ask(server(), txt('mute.test'), 300)).rejects.toThrow(`127.0.0.1:${dns.port} did not answer within 0.3 s`);
      expect(Date.now() - startedAt).toBeLessThan(1_000);
    }
  });

  it('says that nothing listens, and where there is no way to', async () => {
    await expect(ask({ address: '127.0.0.1', port: 1 }, txt('a.test'), 500)).rejects.toMatchObject({ isUnreachable: false, message: expect.stringContaining('nothing listens') });
    // Documentation addresses have no route, or swallow what is sent to them.
    await expect(ask({ address: '2001:db8::53', port: 53 }, txt('a.test'), 300)).rejects.toBeInstanceOf(NoReply);
  });
});
