import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { startChallengeServer, type ChallengeServer } from './challenge-server.js';
import { describeWithPeers } from './describe-with-peers.js';
import { addressesOf, txtRecords } from './dns-records.js';

describeWithPeers(['challenge-server'], 'a challenge test server of our own', () => {
  let server: ChallengeServer;
  beforeAll(async () => {
    server = await startChallengeServer();
  });
  afterAll(() => server.stop());

  it('answers TXT records as they are set and cleared', async () => {
    await server.setTxt('_acme-challenge.a.test', 'one');
    await server.setTxt('_acme-challenge.a.test.', 'two');
    expect(await txtRecords(server.dnsAddress, '_acme-challenge.a.test')).toEqual(['one', 'two']);
    await server.clearTxt('_acme-challenge.a.test');
    expect(await txtRecords(server.dnsAddress, '_acme-challenge.a.test')).toEqual([]);
  });

  it('follows an alias', async () => {
    await server.setCname('_acme-challenge.b.test', 'b.delegated.test');
    await server.setTxt('b.delegated.test', 'there');
    expect(await txtRecords(server.dnsAddress, '_acme-challenge.b.test')).toEqual(['there']);
    await server.clearCname('_acme-challenge.b.test');
  });

  it('answers the address it was given, the default one for all other names', async () => {
    await server.addA('c.test', '192.0.2.1', '192.0.2.2');
    expect(await addressesOf(server.dnsAddress, 'c.test')).toEqual(['192.0.2.1', '192.0.2.2']);
    expect(await addressesOf(server.dnsAddress, 'd.test')).toEqual(['127.0.0.1']);
    await server.clearA('c.test');
    expect(await addressesOf(server.dnsAddress, 'c.test')).toEqual(['127.0.0.1']);
  });

  it('fails where it was told to', async () => {
    await server.setServerFailure('e.test');
    await expect(txtRecords(server.dnsAddress, 'e.test')).rejects.toThrow('SERVFAIL');
    await server.clearServerFailure('e.test');
  });

  it('answers http-01 tokens', async () => {
    await server.addHttp01('token', 'token.thumbprint');
    const url = `http://127.0.0.1:${server.httpPort}/.well-known/acme-challenge/token`;
    expect(await (await fetch(url)).text()).toBe('token.thumbprint');
    await server.removeHttp01('token');
    expect(await (await fetch(url)).text()).toBe('');
  });
});
