import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { aDnsServer, type TestDnsServer } from '../test/a-dns-server.js';
import type { AcmeConfig } from '../acme.config.js';
import { AuthoritativeServers, type AddressPolicy } from './authoritative-servers.js';
import type { DnsProviderRepository } from './dns-provider.repository.js';
import { Propagation } from './propagation.js';
import { Resolvers } from './resolvers.js';

let primary: TestDnsServer;
let secondary: TestDnsServer;
beforeAll(async () => ([primary, secondary] = await Promise.all([aDnsServer(), aDnsServer()])));
afterAll(() => Promise.all([primary.stop(), secondary.stop()]));

const name = '_acme-challenge.a.test';
const sought = { zone: 'a.test', recordName: name, value: 'digest' };
const open: AddressPolicy = { mayAsk: () => true };
const closed: AddressPolicy = { mayAsk: () => false };

function propagation(resolvers: readonly string[], policy = open): Propagation {
  const asked = new Resolvers({ dnsResolvers: resolvers } as AcmeConfig);
  const none = { byId: () => Promise.resolve(undefined) } as unknown as DnsProviderRepository;
  return new Propagation(new AuthoritativeServers(asked, policy), asked, none);
}

beforeEach(() => {
  for (const server of [primary, secondary]) {
    server.set(name, 'TXT', ['digest', 'another']);
    server.behave(name, 'normal');
  }
});

describe('a challenge record', () => {
  it('is seen when every name server of the provider shows the value beside others', async () => {
    const look = () => propagation([]).lookAt(sought, [primary.address, secondary.address]);
    expect(await look()).toEqual({ isSeen: true, detail: `shown by ${primary.address}, ${secondary.address}` });
    secondary.set(name, 'TXT', ['another']);
    expect(await look()).toEqual({ isSeen: false, detail: `${secondary.address} has 1 other TXT value for ${name}` });
    secondary.set(name, 'TXT', []);
    expect(await look()).toMatchObject({ isSeen: false, detail: `${secondary.address} says NXDOMAIN for ${name}` });
  });

  it.each(['SERVFAIL', 'REFUSED'] as const)('is not seen where a server says %s, and the detail says which', async (how) => {
    secondary.behave(name, how);
    expect(await propagation([]).lookAt(sought, [primary.address, secondary.address])).toEqual({ isSeen: false, detail: `${secondary.address} says ${how} for ${name}` });
  });

  it('is not seen where a server is silent', async () => {
    secondary.behave(name, 'silent');
    expect(await propagation([]).lookAt(sought, [primary.address, secondary.address])).toEqual({ isSeen: false, detail: `${secondary.address} did not answer within 2 s` });
  });

  it('is asked for without recursion at name servers', async () => {
    await propagation([]).lookAt(sought, [primary.address]);
    expect(primary.asked).toContain(`TXT ${name}`);
  });

  it('is looked for at the resolvers where no authoritative server may be asked, and the detail says why', async () => {
    primary.set('a.test', 'NS', ['ns1.a.test']);
    primary.set('ns1.a.test', 'A', ['127.0.0.1']);
    const { isSeen, detail } = await propagation([primary.address], closed).lookAt(sought, []);
    expect(isSeen).toBe(true);
    expect(detail).toContain('ns1.a.test has an address that is not public: allow it in SIFAKA_OUTBOUND_ALLOWED_HOSTS');
    expect(detail).toContain('the resolvers show the value');
  });

  it('is looked for at the resolvers where they know no name servers', async () => {
    const elsewhere = { ...sought, zone: 'unknown.test' };
    expect(await propagation([primary.address]).lookAt(elsewhere, [])).toMatchObject({ isSeen: true, detail: expect.stringContaining('the resolvers know no name servers of unknown.test') });
  });

  it('is not seen, with words, when no resolver answers', async () => {
    primary.behave('a.test', 'SERVFAIL');
    const { isSeen, detail } = await propagation([primary.address]).lookAt(sought, []);
    primary.behave('a.test', 'normal');
    expect({ isSeen, detail }).toEqual({ isSeen: false, detail: expect.stringContaining(`no resolver answers the question for NS of a.test: ${primary.address} says SERVFAIL`) });
  });
});

describe('the name servers of a zone', () => {
  const servers = () => new AuthoritativeServers(new Resolvers({ dnsResolvers: [primary.address] } as AcmeConfig), open);

  it('are found with all their addresses', async () => {
    primary.set('b.test', 'NS', ['ns2.b.test', 'NS1.b.test']);
    primary.set('ns1.b.test', 'A', ['192.0.2.1']);
    primary.set('ns1.b.test', 'AAAA', ['2001:db8::1']);
    primary.set('ns2.b.test', 'A', ['192.0.2.2']);
    expect(await servers().of('b.test')).toEqual([
      { host: 'ns1.b.test', addresses: [{ address: '192.0.2.1', port: 53 }, { address: '2001:db8::1', port: 53 }], isGuarded: false },
      { host: 'ns2.b.test', addresses: [{ address: '192.0.2.2', port: 53 }], isGuarded: false },
    ]);
  });

  it('are those of the zone around, for a zone that is none to DNS', async () => {
    primary.set('c.test', 'NS', ['ns.c.test']);
    primary.set('c.test', 'SOA', ['-']);
    primary.set('ns.c.test', 'A', ['192.0.2.3']);
    expect(await servers().of('deep.c.test')).toMatchObject([{ host: 'ns.c.test' }]);
  });
});
