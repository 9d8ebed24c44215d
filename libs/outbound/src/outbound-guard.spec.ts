import { createServer } from 'node:net';
import { get } from 'node:http';
import { describe, expect, it } from '@jest/globals';
import { text, toLoopback, workshop } from './test/servers.js';

const { http, tcp, outbound } = workshop();

const refused = { code: 'failed_precondition', reason: 'outbound.refused' };

describe('the guard', () => {
  it.each(['127.0.0.1', '[::1]', '[::ffff:127.0.0.1]', '[64:ff9b::7f00:1]', '0.0.0.0', '0x7f000001', '017700000001', '2130706433', '127.1', 'localhost', 'LOCALHOST'])(
    'lets nobody reach http://%s, in no way',
    async (host) => {
      let visits = 0;
      const port = await http(() => (visits += 1));
      const way = outbound();
      await expect(way.fetch(`http://${host}:${port}/`)).rejects.toMatchObject(refused);
      await expect(way.connect({ host, port })).rejects.toMatchObject(refused);
      const viaAgent = new Promise((resolve) => get({ host, port, agent: way.agents().http }, resolve).on('error', resolve));
      expect(await viaAgent).toMatchObject(refused);
      expect(visits).toBe(0);
    },
  );

  it('says which host, what kind of address and which setting, and no address', async () => {
    const { fetch } = outbound({}, { lookup: async () => [{ address: '10.11.12.13', family: 4 }] });
    const fault = await fetch('https://ca.corp.example/').catch((error: unknown) => (error as Error).message);
    expect(fault).toBe('"ca.corp.example" has an address of a private network, which is not reached (port 443) unless an administrator adds "ca.corp.example" to SIFAKA_OUTBOUND_ALLOWED_HOSTS');
  });

  it('refuses a name when one of its addresses is not public', async () => {
    const way = outbound({}, { lookup: async () => [{ address: '8.8.8.8', family: 4 }, { address: '::1', family: 6 }] });
    await expect(way.connect({ host: 'mixed.example', port: 443 })).rejects.toMatchObject(refused);
  });

  it('reaches what an administrator named, by name, suffix, address or range', async () => {
    const port = await http(text('hello'));
    const reach = async (entry: string) => (await outbound({ outboundAllowedHosts: [entry] }, { lookup: toLoopback }).fetch(`http://ca.corp.example:${port}/`)).text();
    expect(await Promise.all(['ca.corp.example', '*.corp.example', '127.0.0.1', `127.0.0.0/8:${port}`].map(reach))).toEqual(['hello', 'hello', 'hello', 'hello']);
    await expect(reach('ca.corp.example:1')).rejects.toMatchObject(refused);
  });

  it('reaches what the configuration of a service names, private or not, but no metadata service', async () => {
    const port = await tcp(createServer((socket) => socket.end('220 mail\r\n')));
    const way = outbound({}, { lookup: toLoopback });
    const socket = await way.connect({ host: 'mail.corp.example', port, isInstallations: true });
    expect(String((await socket.toArray())[0])).toBe('220 mail\r\n');
    await expect(way.connect({ host: 'mail.corp.example', port })).rejects.toMatchObject(refused);
    await expect(outbound({}, { lookup: async () => [{ address: '169.254.169.254', family: 4 }] }).connect({ host: 'x.corp.example', port: 80, isInstallations: true })).rejects.toMatchObject(refused);
  });

  it('says whether an administrator named a host, alone or by a range', () => {
    const way = outbound({ outboundAllowedHosts: ['*.corp.example', '10.0.0.0/8:443'] });
    const asked = [['chat.corp.example', 443], ['chat.example', 443], ['10.1.2.3', 443], ['10.1.2.3', 80]] as const;
    expect(asked.map(([host, port]) => way.isNamed({ host, port }))).toEqual([true, false, true, false]);
  });

  it('takes a name in the list for no leave to reach a metadata service', async () => {
    const { fetch } = outbound({ outboundAllowedHosts: ['*.corp.example'] }, { lookup: async () => [{ address: '169.254.169.254', family: 4 }] });
    await expect(fetch('http://x.corp.example/latest/meta-data')).rejects.toMatchObject(refused);
  });

  it('looks a name up once and connects to what it checked, however the name server changes its mind', async () => {
    let visits = 0;
    const port = await http(() => (visits += 1));
    const answers = ['198.51.100.1', '127.0.0.1'];
    let asked = 0;
    const lookup = async () => [{ address: answers[asked++] ?? '127.0.0.1', family: 4 }];
    // A documentation address, opened for the test: it is where nothing answers.
    const { fetch } = outbound({ outboundAllowedHosts: ['198.51.100.1'], outboundTimeoutMs: 300 }, { lookup });
    await expect(fetch(`http://rebind.example:${port}/`)).rejects.not.toMatchObject(refused);
    expect({ asked, visits }).toEqual({ asked: 1, visits: 0 });
    await expect(fetch(`http://rebind.example:${port}/`)).rejects.toMatchObject(refused);
    expect(visits).toBe(0);
  });

  it('opens plain connections to allowed hosts', async () => {
    const port = await tcp(createServer((socket) => socket.end('SSH-2.0-x\r\n')));
    const socket = await outbound({ outboundAllowedHosts: ['127.0.0.1'] }).connect({ host: '127.0.0.1', port });
    const chunks: Buffer[] = [];
    for await (const chunk of socket) chunks.push(chunk as Buffer);
    expect(Buffer.concat(chunks).toString()).toBe('SSH-2.0-x\r\n');
  });

  it('tells a lookup that hangs from one that fails', async () => {
    const hanging = outbound({ outboundTimeoutMs: 150 }, { lookup: () => new Promise(() => undefined) });
    await expect(hanging.connect({ host: 'slow.example', port: 1 })).rejects.toMatchObject({ code: 'upstream_timeout' });
    const failing = outbound({}, { lookup: () => Promise.reject(Object.assign(new Error('x'), { code: 'ENOTFOUND' })) });
    await expect(failing.fetch('https://nowhere.example/')).rejects.toMatchObject({ code: 'unavailable', message: 'nowhere.example:443: the host name is not known' });
  });

  it('says when nothing listens', async () => {
    const server = createServer();
    const port = await tcp(server);
    await new Promise((resolve) => server.close(resolve));
    await expect(outbound({ outboundAllowedHosts: ['127.0.0.1'] }).fetch(`http://127.0.0.1:${port}/`)).rejects.toMatchObject({ code: 'unavailable', message: `127.0.0.1:${port}: nothing listens there (connection refused)` });
  });
});
