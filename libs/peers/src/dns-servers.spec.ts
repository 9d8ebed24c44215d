import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { startBind, type Bind } from './bind.js';
import { describeWithPeers } from './describe-with-peers.js';
import { txtRecords } from './dns-records.js';
import { startPowerDns, type PowerDns } from './power-dns.js';
import { startDnsRelay } from './dns-relay.js';
import { run } from './programs.js';

describeWithPeers(['power-dns'], 'a PowerDNS of our own', () => {
  let server: PowerDns;
  beforeAll(async () => {
    server = await startPowerDns({ zones: ['a.test', 'deep.a.test'] });
  });
  afterAll(() => server.stop());

  it('answers at once what was changed through its API, in the longest zone', async () => {
    expect(await server.txt('x.deep.a.test')).toEqual([]);
    await server.setRecords('x.deep.a.test', 'TXT', ['"one"', '"two"']);
    expect((await server.txt('x.deep.a.test')).sort()).toEqual(['one', 'two']);
    expect(await server.txtNames()).toEqual(['x.deep.a.test']);
    expect(await server.txtNames('a.test')).toEqual([]);
    await server.setRecords('x.deep.a.test', 'TXT', []);
    expect(await server.txt('x.deep.a.test')).toEqual([]);
    expect(await server.txtNames()).toEqual([]);
  });

  it('refuses another key', async () => {
    const answer = await fetch(`${server.apiUrl}/api/v1/servers/localhost/zones`, { headers: { 'x-api-key': 'wrong' } });
    expect(answer.status).toBe(401);
  });
});

describeWithPeers(['bind', 'nsupdate'], 'a BIND of our own', () => {
  let server: Bind;
  beforeAll(async () => {
    server = await startBind({ zones: ['a.test', 'b.test'] });
  });
  afterAll(() => server.stop());

  const update = (commands: string[], { name, secret, algorithm } = server.tsig) =>
    run('nsupdate', ['-y', `${algorithm}:${name}:${secret}`], {
      input: [`server 127.0.0.1 ${server.dnsPort}`, ...commands, 'send', ''].join('\n'),
    });

  it('takes updates signed with its key, for TXT records', async () => {
    await update(['update add x.b.test. 1 TXT "one"', 'update add x.b.test. 1 TXT "two"']);
    expect((await server.txt('x.b.test')).sort()).toEqual(['one', 'two']);
    expect(await server.txtNames()).toEqual(['x.b.test']);
    await update(['update delete x.b.test. TXT']);
    expect(await server.txt('x.b.test')).toEqual([]);
    expect(await server.txtNames()).toEqual([]);
  });

  it('refuses other records and other keys', async () => {
    await expect(update(['update add x.b.test. 1 A 192.0.2.1'])).rejects.toThrow('REFUSED');
    await expect(update(['update add x.b.test. 1 TXT "x"'], { ...server.tsig, secret: 'AAAA' })).rejects.toThrow('BADSIG');
  });
});

describeWithPeers(['bind'], 'a BIND that follows aliases', () => {
  it('answers what stands in its other zone, and nothing beyond', async () => {
    const records = { 'a.test': ['_acme-challenge CNAME x.b.test.'], 'b.test': ['x TXT "one"'] };
    const server = await startBind({ zones: ['a.test', 'b.test'], records, followsAliases: true });
    expect(await server.txt('_acme-challenge.a.test')).toEqual(['one']);
    expect(await server.txt('elsewhere.example')).toEqual([]);
    await server.stop();
  });
});

describeWithPeers(['bind', 'power-dns'], 'a relay', () => {
  it('asks the server of the longest zone, and refuses other names', async () => {
    const [bind, powerDns] = await Promise.all([startBind({ zones: ['a.test'] }), startPowerDns({ zones: ['b.a.test'] })]);
    const relay = await startDnsRelay({ 'a.test': bind.dnsAddress, 'b.a.test': powerDns.dnsAddress });
    await powerDns.setRecords('x.b.a.test', 'TXT', ['"there"']);
    expect(await txtRecords(relay.dnsAddress, 'x.B.a.test')).toEqual(['there']);
    expect(await txtRecords(relay.dnsAddress, 'x.a.test')).toEqual([]);
    await expect(txtRecords(relay.dnsAddress, 'elsewhere.example')).rejects.toThrow('REFUSED');
    await Promise.all([relay.stop(), bind.stop(), powerDns.stop()]);
  });
});
