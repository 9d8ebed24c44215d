import { spawn } from 'node:child_process';
import { generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { certificateBody, createTwoTierPki, expectOk, Platform } from '@sifaka/e2e';
import { assembleCrl, encodeCrlEntries, encodeOcspRequest, encodeTbsCrl, ocspCertId, parseCertificate, signatureAlgorithmFor } from '@sifaka/pki';
import autocannon from 'autocannon';
import pg from 'pg';
import type { Bench, BenchRow } from './bench-row.js';
import { measured } from './measure.js';

const asked = 200;
const connections = 32;
const warmUpSeconds = 3;
const loadSeconds = 10;
const listed = 100_000;
const revokedMeanwhile = 400;

type Client = ReturnType<Platform['anonymous']['as']>;

/** Answers of the OCSP responder that are kept, and a CRL of 100,000 entries made while certificates are issued. */
export const revocation: Bench = async (log) => {
  const platform = await Platform.start();
  try {
    const { username, password } = platform.administrator;
    const { token } = expectOk(await platform.anonymous.post('/auth/login', { username, password }));
    const client = platform.anonymous.as(token);
    const { issuing } = await createTwoTierPki(client);
    return [...(await ocspRows(platform, client, issuing, log)), ...(await crlRows(platform, client, issuing, log))];
  } finally {
    await platform.dispose();
  }
};

async function ocspRows(platform: Platform, client: Client, issuing: { id: number; name: string }, log: (line: string) => void): Promise<BenchRow[]> {
  log(`${asked} certificates`);
  const issuer = parseCertificate(String(expectOk(await client.get(`/authorities/${issuing.id}`)).authorityCertificate.body));
  const requests: Buffer[] = [];
  for (let count = 0; count < asked; count += 1) {
    const { serial } = expectOk(await client.post('/certificates', certificateBody({ authority: { id: issuing.id }, commonName: `ocsp-${count}.bench.test` })));
    requests.push(encodeOcspRequest({ certIds: [ocspCertId(issuer, BigInt(serial))] }));
  }
  const { ocspUrls } = expectOk(await client.get(`/authorities/${issuing.id}/revocation`));
  const path = new URL(ocspUrls[0]).pathname;
  const answer = Buffer.from(await (await fetch(`${platform.url}${path}`, { method: 'POST', headers: { 'content-type': 'application/ocsp-request' }, body: new Uint8Array(requests[0] ?? []) })).arrayBuffer());
  const rows: BenchRow[] = [];
  for (const method of ['GET', 'POST'] as const) {
    const load = (url: string, seconds: number) => answers({ url, path, method, requests, seconds });
    await load(platform.url, warmUpSeconds);
    log(`OCSP by ${method} for ${loadSeconds} s`);
    const { result, usage } = await measured(platform, () => load(platform.url, loadSeconds));
    const bare = await bareServer(answer);
    const ceiling = await load(bare.url, warmUpSeconds).finally(bare.stop);
    rows.push(rowOf(`cached OCSP answers, ${method}`, { result, usage }, { operation: 'the same bytes from a bare HTTP server', perSecond: perSecondOf(ceiling) }));
  }
  return [...rows, await whileRevoking(platform, client, issuing, { path, requests }, rows[0]?.perSecond ?? 0, log)];
}

/** The same load while other certificates of the authority are revoked one after the other. */
async function whileRevoking(platform: Platform, client: Client, issuing: { id: number }, { path, requests }: Pick<Questions, 'path' | 'requests'>, quietPerSecond: number, log: (line: string) => void): Promise<BenchRow> {
  log(`${revokedMeanwhile} certificates to be revoked`);
  const ids: number[] = [];
  for (let count = 0; count < revokedMeanwhile; count += 1) ids.push(expectOk(await client.post('/certificates', certificateBody({ authority: { id: issuing.id }, commonName: `revoked-${count}.bench.test` }))).id);
  const state = { isOver: false, revoked: 0 };
  const revoking = async () => {
    for (const id of ids) {
      if (state.isOver) return;
      expectOk(await client.put(`/certificates/${id}/revoke`, { crlReason: 'superseded', comments: '' }));
      state.revoked += 1;
    }
  };
  log(`OCSP by GET for ${loadSeconds} s meanwhile`);
  const { result, usage } = await measured(platform, async () => {
    const revoked = revoking();
    const result = await answers({ url: platform.url, path, method: 'GET', requests, seconds: loadSeconds });
    state.isOver = true;
    await revoked;
    return result;
  });
  log(`${state.revoked} were revoked`);
  return rowOf('cached OCSP answers, GET, while others are revoked', { result, usage }, { operation: 'while nothing is revoked', perSecond: quietPerSecond });
}

type Load = Awaited<ReturnType<typeof answers>>;
type Usage = Awaited<ReturnType<typeof measured>>['usage'];

const perSecondOf = (load: Load): number => load['2xx'] / load.duration;

function rowOf(operation: string, { result, usage }: { result: Load; usage: Usage }, ceiling: { operation: string; perSecond: number }): BenchRow {
  return {
    operation,
    concurrency: connections,
    perSecond: perSecondOf(result),
    p50Ms: result.latency.p50,
    p99Ms: result.latency.p99,
    cpuSecondsPerOperation: usage.cpuSeconds / result['2xx'],
    peakMemoryBytes: usage.peakMemoryBytes,
    ceilings: [{ ...ceiling, ratio: perSecondOf(result) / ceiling.perSecond }],
  };
}

interface Questions {
  url: string;
  path: string;
  method: 'GET' | 'POST';
  requests: readonly Buffer[];
  seconds: number;
}

async function answers({ url, path, method, requests, seconds }: Questions) {
  const result = await autocannon({
    url,
    connections,
    duration: seconds,
    timeout: 10,
    requests: requests.map((request) => (method === 'GET' ? { method, path: `${path}/${encodeURIComponent(request.toString('base64'))}` } : { method, path, headers: { 'content-type': 'application/ocsp-request' }, body: request })),
  });
  if (result.non2xx + result.errors + result.timeouts > 0) throw new Error(`OCSP by ${method}: ${result.non2xx} refused, ${result.errors} failed, ${result.timeouts} late`);
  return result;
}

/** Another process, as the platform is one. */
async function bareServer(answer: Buffer): Promise<{ url: string; stop: () => void }> {
  const program = `
    import { createServer } from 'node:http';
    const answer = Buffer.from('${answer.toString('base64')}', 'base64');
    const server = createServer((request, response) => request.resume().on('end', () => response.writeHead(200, { 'content-type': 'application/ocsp-response' }).end(answer)));
    server.listen(0, '127.0.0.1', () => process.stdout.write(String(server.address().port)));
    process.on('disconnect', () => process.exit(0));`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', program], { stdio: ['ignore', 'pipe', 'inherit', 'ipc'] });
  const port = await new Promise<string>((resolve, reject) => {
    child.stdout?.once('data', (data: Buffer) => resolve(data.toString()));
    child.once('exit', () => reject(new Error('the bare server did not start')));
  });
  return { url: `http://127.0.0.1:${port}`, stop: () => child.disconnect() };
}

async function crlRows(platform: Platform, client: Client, issuing: { id: number }, log: (line: string) => void): Promise<BenchRow[]> {
  log(`${listed} revocations`);
  const pool = new pg.Pool({ connectionString: platform.databaseUrl(), max: 1 });
  try {
    await pool.query(revocationsSql, [issuing.id, listed]);
    await pool.query('update issuer.revocation_publication set version = version + 1 where authority_id = $1', [issuing.id]);
  } finally {
    await pool.end();
  }
  log('a list of all of them, while certificates are issued');
  const latencies: number[] = [];
  const { result: seconds, usage } = await measured(platform, async () => {
    const list = { isMade: false };
    const issued = (async () => {
      for (let count = 0; !list.isMade; count += 1) {
        const startedAt = performance.now();
        expectOk(await client.post('/certificates', certificateBody({ authority: { id: issuing.id }, commonName: `meanwhile-${count}.bench.test` })));
        latencies.push(performance.now() - startedAt);
      }
    })();
    const startedAt = performance.now();
    const { full } = expectOk(await client.post(`/authorities/${issuing.id}/crl`, {}));
    const tookSeconds = (performance.now() - startedAt) / 1_000;
    list.isMade = true;
    await issued;
    if (full.entryCount < listed) throw new Error(`the list has ${full.entryCount} entries`);
    return tookSeconds;
  });
  latencies.sort((a, b) => a - b);
  log(`${latencies.length} certificates issued meanwhile, the slowest in ${Math.round(latencies.at(-1) ?? 0)} ms`);
  const raw = encodedAndSigned();
  return [
    {
      operation: `CRL of ${listed} entries, from request to published`,
      concurrency: 1,
      perSecond: 1 / seconds,
      p50Ms: seconds * 1_000,
      p99Ms: seconds * 1_000,
      cpuSecondsPerOperation: usage.cpuSeconds,
      peakMemoryBytes: usage.peakMemoryBytes,
      ceilings: [{ operation: 'the same list encoded and signed in memory', perSecond: raw, ratio: 1 / seconds / raw }],
    },
  ];
}

function encodedAndSigned(): number {
  const key = generateKeyPairSync('ec', { namedCurve: 'prime256v1' }).privateKey;
  const algorithm = signatureAlgorithmFor('ECCPRIME256V1', 'sha256');
  const at = new Date('2026-06-01T00:00:00Z');
  const entries = Array.from({ length: listed }, () => ({ serial: BigInt(`0x4${randomBytes(15).toString('hex')}`), revokedAt: at, reason: 'superseded' as const }));
  const startedAt = performance.now();
  const tbs = encodeTbsCrl({ issuerDer: emptyName, signatureAlgorithm: algorithm, thisUpdate: at, nextUpdate: new Date('2026-06-08T00:00:00Z'), number: 1n, authorityKeyId: randomBytes(20), entries: [encodeCrlEntries(entries)] });
  const crl = assembleCrl(tbs, algorithm, sign('sha256', tbs, key));
  if (crl.length < listed) throw new Error('the list is too short');
  return 1_000 / (performance.now() - startedAt);
}

const emptyName = Buffer.from([0x30, 0x00]);

/** As if so many certificates of the authority had been revoked. */
const revocationsSql = `
  insert into issuer.revocation (authority_id, serial_hex, certificate_id, revoked_at, reason, not_after, version)
  select $1, '4' || upper(md5(i::text)), (select min(id) from issuer.certificate where authority_id = $1), now() - interval '1 day', 'superseded', now() + interval '90 days',
    (select version + 1 from issuer.revocation_publication where authority_id = $1)
  from generate_series(1, $2::int) i`;
