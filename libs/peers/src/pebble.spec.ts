import { X509Certificate } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { startChallengeServer, type ChallengeServer } from './challenge-server.js';
import { describeWithPeers } from './describe-with-peers.js';
import { startPebble, type Pebble } from './pebble.js';
import { isRunning } from './process-tree.js';
import { readHttps } from './tls.js';

describeWithPeers(['pebble', 'challenge-server'], 'a Pebble of our own', () => {
  let dns: ChallengeServer;
  let pebble: Pebble;
  beforeAll(async () => {
    dns = await startChallengeServer();
    pebble = await startPebble({
      dnsServer: dns.dnsAddress,
      alternateRoots: 1,
      chainLength: 2,
      eabKeys: { kid: 'c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0LXNlY3I' },
    });
  });
  afterAll(async () => {
    await pebble.stop();
    await dns.stop();
  });

  it('serves a directory that its root vouches for, with what was asked of it', async () => {
    const directory = JSON.parse(await readHttps(pebble.directoryUrl, pebble.caPem));
    expect(directory.newOrder).toContain(new URL(pebble.directoryUrl).host);
    expect(directory.meta.externalAccountRequired).toBe(true);
  });

  it('tells the roots of its chains, each another', async () => {
    const [first, second] = await Promise.all([pebble.rootPem(), pebble.rootPem(1)]);
    expect(new X509Certificate(first).ca).toBe(true);
    expect(second).not.toBe(first);
    expect(new X509Certificate(await pebble.intermediatePem()).subject).toContain('CN=');
  });

  it('counts neither orders nor certificates before there are any', () => {
    expect(pebble.ordersMade()).toBe(0);
    expect(pebble.certificatesIssued()).toBe(0);
    expect(pebble.log()).toContain('Listening on');
  });

  it('is gone when it was stopped', async () => {
    const other = await startPebble({ dnsServer: dns.dnsAddress });
    expect(isRunning(other.pid)).toBe(true);
    await other.stop();
    expect(isRunning(other.pid)).toBe(false);
    expect(other.log()).toBe('');
    await expect(readHttps(other.directoryUrl, other.caPem)).rejects.toThrow();
  });
});

describeWithPeers(['pebble-2.6', 'challenge-server'], 'the Pebble of Debian 13', () => {
  it('offers renewal information', async () => {
    const dns = await startChallengeServer();
    const pebble = await startPebble({ dnsServer: dns.dnsAddress, version: 'debian13' });
    const directory = JSON.parse(await readHttps(pebble.directoryUrl, pebble.caPem));
    await Promise.all([pebble.stop(), dns.stop()]);
    expect(directory.renewalInfo).toContain('https://');
  });
});
