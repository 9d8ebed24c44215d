import { generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { Platform } from '@sifaka/e2e';
import { assembleCertificate, certificateTemplate, encodeName, randomSerial, signatureAlgorithmFor, subjectFrom } from '@sifaka/pki';
import pg from 'pg';
import type { Bench, BenchRow } from './bench-row.js';
import { busOf, type BusClient } from './bus.js';
import { batchedInsertsPerSecond } from './ceilings.js';
import { measured } from './measure.js';

const batchSize = 500;
const warmUpBatches = 10;
const batches = 40;
const subject = 'rpc.issuer.certificate.ingest.discovery';

/** Certificates that a source found, as discovery-svc hands them over: new ones in batches by one caller and by two, then the same again. */
export const ingest: Bench = async (log) => {
  const platform = await Platform.start();
  try {
    const bus = await busOf(platform, 'discovery');
    const found = someCa();
    const made = (count: number) => Array.from({ length: count }, () => Array.from({ length: batchSize }, found));
    log('warming up');
    await load(platform, bus, { operation: 'warm-up', callers: 2, work: made(warmUpBatches) });
    const rows: Omit<BenchRow, 'ceilings'>[] = [];
    for (const callers of [1, 2]) {
      const work = made(batches);
      log(`${batches * batchSize} new certificates, ${callers} at a time in batches of ${batchSize}`);
      rows.push(await load(platform, bus, { operation: 'ingest new', callers, work }));
      if (callers === 2) rows.push(await load(platform, bus, { operation: 'ingest known', callers, work }));
    }
    bus.close();
    log('raw ceiling');
    const perSecond = await batchedInsertsPerSecond(platform.databaseUrl());
    return rows.map((row) => ({ ...row, ceilings: [{ operation: 'rows in batches, same Postgres', perSecond, ratio: row.perSecond / perSecond }] }));
  } finally {
    await platform.dispose();
  }
};

interface IngestLoad {
  operation: string;
  callers: number;
  work: readonly (readonly unknown[])[];
}

/** Latencies are those of a batch, everything else is of one certificate. */
async function load(platform: Platform, bus: BusClient, { operation, callers, work }: IngestLoad): Promise<Omit<BenchRow, 'ceilings'>> {
  const batchesLeft = [...work];
  const latencies: number[] = [];
  const call = async () => {
    for (let certificates = batchesLeft.shift(); certificates !== undefined; certificates = batchesLeft.shift()) {
      const startedAt = performance.now();
      const source = { id: 1, label: 'bench' };
      assertTaken(await bus.ask(subject, { source, owner: 'bench@bench.test', ownerRoleId: 1, certificates }));
      latencies.push(performance.now() - startedAt);
    }
  };
  const { result: seconds, usage } = await measured(platform, async () => {
    const startedAt = performance.now();
    await Promise.all(Array.from({ length: callers }, call));
    const elapsed = (performance.now() - startedAt) / 1_000;
    await toldAll(platform);
    return elapsed;
  });
  const count = work.length * batchSize;
  latencies.sort((a, b) => a - b);
  const quantile = (share: number) => latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * share))] ?? 0;
  return {
    operation,
    concurrency: callers,
    perSecond: count / seconds,
    p50Ms: quantile(0.5),
    p99Ms: quantile(0.99),
    cpuSecondsPerOperation: usage.cpuSeconds / count,
    peakMemoryBytes: usage.peakMemoryBytes,
  };
}

/** Returns when every event is in the stream: carrying it there is part of what a certificate costs, though nobody waits for it. */
async function toldAll(platform: Platform): Promise<void> {
  const client = new pg.Client({ connectionString: platform.databaseUrl() });
  await client.connect();
  try {
    while ((await client.query('select 1 from issuer.outbox limit 1')).rowCount !== 0) await setTimeout(50);
  } finally {
    await client.end();
  }
}

/** A refusal is cheap: one makes the whole measurement worthless. */
function assertTaken(answer: unknown): void {
  const text = JSON.stringify(answer);
  if (text.includes('refused') || (text.match(/"status"/g) ?? []).length !== batchSize) throw new Error(`not all were taken: ${text.slice(0, 500)}`);
}

/** Makes certificates below one issuing CA, each with its chain, as an instance of a cloud's store has them. */
function someCa(): () => unknown {
  const keys = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const spki = keys.publicKey.export({ type: 'spki', format: 'der' });
  const algorithm = signatureAlgorithmFor('ECCPRIME256V1', 'sha256');
  const nameOf = (commonName: string) => encodeName(subjectFrom({ commonName, organization: 'Bench', country: 'NO' }));
  const [root, issuing] = [nameOf('Bench Root'), nameOf('Bench Issuing')];
  const signed = (tbs: Buffer) => assembleCertificate(tbs, algorithm, sign('sha256', tbs, keys.privateKey));
  const validity = { notBefore: new Date('2026-01-01'), notAfter: new Date('2027-01-01') };
  const ca = certificateTemplate({ issuerDer: root, signatureAlgorithm: algorithm, extensions: { basicConstraints: { isCa: true } } });
  const leaf = certificateTemplate({ issuerDer: issuing, signatureAlgorithm: algorithm, extensions: { extendedKeyUsage: ['1.3.6.1.5.5.7.3.1'] } });
  const chainDer = [issuing, root].map((subjectDer, index) => signed(ca.encode({ serial: BigInt(index + 1), ...validity, subjectDer, spki })).toString('base64'));
  let count = 0;
  return () => {
    const name = `host-${(count += 1)}.shop.bench.test`;
    const sans = [{ type: 'dns' as const, value: name }];
    const der = signed(leaf.encode({ serial: randomSerial(randomBytes), ...validity, subjectDer: nameOf(name), spki, sans }));
    return { certificateDer: der.toString('base64'), chainDer, name: null, externalId: `arn:bench:${count}`, owner: null, description: null };
  };
}
