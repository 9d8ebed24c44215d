import { spawn } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { freePort, testPlatform, type TestPlatform } from '../index.js';

// A process of its own runs what was built: what is proven is how a service's process begins and ends.
const built = (library: string) => new URL(`../../../${library}/dist/index.js`, import.meta.url).href;
const program = `
  const { defineService, StatusModule, runMain } = await import('${built('runtime')}');
  const { defineConfig } = await import('${built('config')}');
  const { platformTables } = await import('${built('database')}');
  await runMain(defineService({
    name: 'notify',
    config: defineConfig('notify', {}),
    migrations: platformTables('notify'),
    module: () => StatusModule.forService('notify', () => []),
  }), process.argv.slice(1));
  if (process.argv.includes('serve') && process.env.TEST_FAULT) Promise.reject(new Error(process.env.TEST_FAULT));`;

let platform: TestPlatform;
beforeAll(async () => {
  platform = await testPlatform({ services: [] });
});
afterAll(() => platform.stop());

interface Ended {
  code: number | null;
  out: string;
  err: string;
}

function run(args: string[], env: Record<string, string> = {}, whenReady: NodeJS.Signals | null = null): Promise<Ended> {
  const child = spawn(process.execPath, ['--input-type=module', '--eval', program, '--', ...args], {
    env: { ...platform.environmentOf('notify'), PATH: '', SIFAKA_START_LIMIT_MS: '200', ...env },
  });
  const ended: Ended = { code: null, out: '', err: '' };
  child.stderr.on('data', (chunk) => (ended.err += String(chunk)));
  child.stdout.on('data', (chunk) => {
    ended.out += String(chunk);
    if (whenReady !== null && ended.out.includes('service is ready')) child.kill(whenReady);
  });
  return new Promise((resolve) => child.once('close', (code) => resolve({ ...ended, code })));
}

describe('the process of a service', () => {
  it('says in one line that migrations are missing, makes them when told to, then serves until it is stopped', async () => {
    const early = await run([]);
    expect(early).toMatchObject({ code: 1, err: expect.stringMatching(/^notify: schema "notify" lacks \d+ migrations [^\n]*"migrate"\n$/) });

    expect(await run(['migrate'])).toMatchObject({ code: 0, err: '' });
    expect(await run(['migrate'])).toMatchObject({ code: 0, out: expect.stringContaining('up to date') });
    expect(await run([], {}, 'SIGTERM')).toMatchObject({ code: 0, err: '' });
    expect(await run(['serve'], {}, 'SIGINT')).toMatchObject({ code: 0, err: '' });
  }, 60_000);

  it('logs a rejection that nobody handles, and ends', async () => {
    const ended = await run(['serve'], { TEST_FAULT: 'nobody waits for this' });

    expect(ended.code).toBe(1);
    expect(ended.out).toMatch(/"level":"fatal".*nobody waits for this.*"msg":"unhandled rejection"/);
  }, 60_000);

  it('refuses arguments that it does not know', async () => {
    expect(await run(['launch'])).toMatchObject({
      code: 1,
      err: 'notify: unknown arguments "launch": there are "serve" (default) and "migrate"\n',
    });
  }, 60_000);

  it('names cause and remedy when NATS does not answer or refuses', async () => {
    const port = await freePort();
    const [absent, refusing] = await Promise.all([
      run([], { NATS_URL: `nats://127.0.0.1:${port}` }),
      run([], { SIFAKA_NATS_PASSWORD: 'opensesame' }),
    ]);

    expect(absent.err).toMatch(new RegExp(`^notify: cannot reach NATS at 127.0.0.1:${port}: .*\\. Start it, or correct NATS_URL\\.\\n$`));
    expect(refusing.err).toMatch(
      /^notify: NATS at .* refuses the credentials of user "notify"\. Correct SIFAKA_NATS_USER, SIFAKA_NATS_PASSWORD or NATS_URL\.\n$/,
    );
    expect(absent.out + refusing.out + refusing.err).not.toContain('opensesame');
  }, 60_000);
});
