import { afterAll, beforeAll, beforeEach, expect, it, jest } from '@jest/globals';
import { checkRevocation } from '@sifaka/contracts';
import { systemClock } from '@sifaka/kernel';
import { certificatePem } from '@sifaka/pki';
import { StandInAuthority, StandInServer } from '@sifaka/revocation-check/stand-in';
import { aPrincipal, type TestPlatform } from '@sifaka/testing';
import { admin, anIssuer, upload } from './an-issuer.js';

jest.setTimeout(60_000);

let platform: TestPlatform;
let server: StandInServer;
let inside: StandInServer;
let counter = 0;

beforeAll(async () => {
  [server, inside] = await Promise.all([StandInServer.start(), StandInServer.start()]);
  platform = await anIssuer({ SIFAKA_OUTBOUND_ALLOWED_HOSTS: `127.0.0.1:${server.port}` });
});
afterAll(async () => {
  await platform.stop();
  await Promise.all([server.stop(), inside.stop()]);
});
beforeEach(() => {
  for (const { visits } of [server, inside]) visits.splice(0);
});

interface Outside {
  ca: StandInAuthority;
  path: string;
  /** A certificate of it in the inventory. */
  file(options?: { chain?: string; caIssuers?: string }): Promise<{ id: number }>;
}

/** A CA of its own name that publishes a list, and its certificate. */
function anOutsideCa(): Outside {
  const number = (counter += 1);
  const ca = StandInAuthority.root(`Outside CA ${number}`);
  const at = systemClock.now().getTime();
  const crl = server.on(`/${number}.crl`, ca.crl({ thisUpdate: new Date(at - 60_000), nextUpdate: new Date(at + 3_600_000) }));
  const path = `/${number}.cer`;
  server.on(path, ca.certificate.der);
  const file: Outside['file'] = ({ chain, caIssuers = `${server.origin}${path}` } = {}) => {
    const leaf = ca.issue({ commonName: `c${(counter += 1)}.corp.test`, extensions: { authorityInfoAccess: { ocsp: [], caIssuers: [caIssuers] }, crlDistributionPoints: [crl] } });
    return upload(platform, { body: certificatePem(leaf.certificate), ...(chain !== undefined && { chain }) });
  };
  return { ca, path, file };
}

const check = ({ id }: { id: number }, principal = admin) => platform.call('gateway', checkRevocation, { id }, { principal });
const details = ({ steps }: Awaited<ReturnType<typeof check>>) => steps.map(({ detail }) => detail).join('\n');

it('fetches the issuer of a certificate that came without a chain, once for all of its certificates', async () => {
  const outside = anOutsideCa();
  const [first, second] = [await outside.file(), await outside.file()];
  expect(await check(first)).toMatchObject({ status: 'good', saidBy: 'crl' });
  expect(await check(second)).toMatchObject({ status: 'good', saidBy: 'crl' });
  expect(server.count(`GET ${outside.path}`)).toBe(1);
});

it('fetches nothing when the inventory knows the issuer: as a certificate, or from the chain of another one', async () => {
  const filed = anOutsideCa();
  await upload(platform, { body: certificatePem(filed.ca.certificate) });
  expect(await check(await filed.file())).toMatchObject({ status: 'good' });
  const sibling = anOutsideCa();
  await sibling.file({ chain: certificatePem(sibling.ca.certificate) });
  expect(await check(await sibling.file())).toMatchObject({ status: 'good' });
  expect(server.visits.filter((visit) => visit.endsWith('.cer'))).toEqual([]);
});

it('is not misled by a certificate of the same name in the inventory', async () => {
  const outside = anOutsideCa();
  await upload(platform, { body: certificatePem(StandInAuthority.root(outside.ca.certificate.cn ?? '').certificate) });
  expect(await check(await outside.file())).toMatchObject({ status: 'good' });
  expect(server.count(`GET ${outside.path}`)).toBe(1);
});

it('goes through the guard: private addresses, and redirects to them, are nobody', async () => {
  const outside = anOutsideCa();
  inside.on('/ca.cer', outside.ca.certificate.der);
  server.on('/away', (_request, response) => response.writeHead(302, { location: `${inside.origin}/ca.cer` }).end());
  for (const caIssuers of [`${inside.origin}/ca.cer`, `${server.origin}/away`]) {
    const answer = await check(await outside.file({ caIssuers }));
    expect(answer.status).toBe('unknown');
    expect(details(answer)).toContain('the certificate of the issuer is not known');
    expect(details(answer)).toContain('not asked');
  }
  expect(inside.visits).toEqual([]);
});

it('asks about one certificate at a time for each user', async () => {
  const outside = anOutsideCa();
  const [first, second] = [await outside.file(), await outside.file()];
  let open = (): void => undefined;
  const gate = new Promise<void>((resolve) => (open = resolve));
  const reached = new Promise<void>((resolve) =>
    server.on(outside.path, async (_request, response) => {
      resolve();
      await gate;
      response.end(outside.ca.certificate.der);
    }),
  );
  const running = check(first);
  await reached;
  await expect(check(second)).rejects.toMatchObject({ code: 'rate_limited', reason: 'revocation.one_at_a_time' });
  const other = check(second, aPrincipal({ admin: true, userId: 4_711 }));
  open();
  expect([(await running).status, (await other).status]).toEqual(['good', 'good']);
  expect((await check(second)).status).toBe('good');
});
