import { generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { pathToFileURL } from 'node:url';
import {
  assembleCertificate,
  certificateTemplate,
  encodeName,
  keyIdentifier,
  parseCertificate,
  pooledRandomBytes,
  randomSerial,
  signatureAlgorithmFor,
  subjectFrom,
  verifySignedBy,
} from '@sifaka/pki';

/** One measured operation; `ceiling` is the raw operation that it cannot beat, measured in the same run. */
export interface BenchRow {
  readonly operation: string;
  readonly concurrency: number;
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly cpuSecondsPerOperation: number;
  readonly peakMemoryBytes: number;
  readonly ceiling?: { readonly operation: string; readonly perSecond: number; readonly ratio: number };
}

/** Encoding, signing and parsing of certificates on one core; `seconds` for each operation. */
export function rows(seconds = 2): BenchRow[] {
  const authority = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const authoritySpki = authority.publicKey.export({ type: 'spki', format: 'der' });
  const authorityDer = encodeName(subjectFrom({ commonName: 'Bench Issuing CA', organization: 'Bench', country: 'NO' }));
  const algorithm = signatureAlgorithmFor('ECCPRIME256V1', 'sha256');
  const spki = generateKeyPairSync('ec', { namedCurve: 'prime256v1' }).publicKey.export({ type: 'spki', format: 'der' });
  const template = certificateTemplate({
    issuerDer: authorityDer,
    signatureAlgorithm: algorithm,
    extensions: {
      basicConstraints: { isCa: false },
      keyUsage: ['digitalSignature', 'keyEncipherment'],
      extendedKeyUsage: ['1.3.6.1.5.5.7.3.1'],
      authorityKeyId: { keyId: keyIdentifier(authoritySpki) },
      crlDistributionPoints: ['http://crl.example.test/issuing.crl'],
    },
  });
  const notBefore = new Date('2026-03-01T08:00:00Z');
  const notAfter = new Date('2027-03-01T08:00:00Z');
  const random = pooledRandomBytes(randomBytes);
  let count = 0;
  const encodeTbs = (): Buffer => {
    const name = `host-${count++}.shop.example.test`;
    const subjectDer = encodeName(subjectFrom({ commonName: name, organization: 'Bench', country: 'NO' }));
    return template.encode({ serial: randomSerial(random), notBefore, notAfter, subjectDer, spki, sans: [{ type: 'dns', value: name }] });
  };
  const issue = (): Buffer => {
    const tbs = encodeTbs();
    return assembleCertificate(tbs, algorithm, sign('sha256', tbs, authority.privateKey));
  };
  const tbs = encodeTbs();
  const certificate = issue();
  const root = selfSigned(authority.privateKey, authoritySpki, authorityDer);
  const parsed = parseCertificate(certificate);

  const rawSign = measure('sign P-256, nothing else', seconds, () => sign('sha256', tbs, authority.privateKey));
  const issued = measure('encode and sign, P-256', seconds, issue);
  return [
    measure('encode to-be-signed part', seconds, encodeTbs),
    rawSign,
    { ...issued, ceiling: { operation: rawSign.operation, perSecond: rawSign.perSecond, ratio: issued.perSecond / rawSign.perSecond } },
    measure('parse a certificate', seconds, () => parseCertificate(certificate)),
    measure('verify a certificate, P-256', seconds, () => verifySignedBy(parsed, root)),
  ];
}

function selfSigned(key: Parameters<typeof sign>[2], spki: Buffer, nameDer: Buffer) {
  const algorithm = signatureAlgorithmFor('ECCPRIME256V1', 'sha256');
  const template = certificateTemplate({ issuerDer: nameDer, signatureAlgorithm: algorithm, extensions: { basicConstraints: { isCa: true } } });
  const tbs = template.encode({ serial: 1n, notBefore: new Date('2026-01-01'), notAfter: new Date('2036-01-01'), subjectDer: nameDer, spki });
  return parseCertificate(assembleCertificate(tbs, algorithm, sign('sha256', tbs, key)));
}

/** Times batches, so that the clock costs nothing against operations of a few microseconds. */
function measure(operation: string, seconds: number, run: () => unknown): BenchRow {
  const batch = 20;
  const warmUpEnd = performance.now() + Math.min(500, seconds * 250);
  while (performance.now() < warmUpEnd) run();
  const durations: number[] = [];
  const cpuStart = process.cpuUsage();
  const start = performance.now();
  for (let now = start; now - start < seconds * 1000; ) {
    for (let index = 0; index < batch; index++) run();
    const end = performance.now();
    durations.push((end - now) / batch);
    now = end;
  }
  const elapsedMs = performance.now() - start;
  const cpu = process.cpuUsage(cpuStart);
  const operations = durations.length * batch;
  durations.sort((a, b) => a - b);
  const quantile = (share: number): number => durations[Math.min(durations.length - 1, Math.floor(durations.length * share))] ?? 0;
  return {
    operation,
    concurrency: 1,
    perSecond: operations / (elapsedMs / 1000),
    p50Ms: quantile(0.5),
    p99Ms: quantile(0.99),
    cpuSecondsPerOperation: (cpu.user + cpu.system) / 1e6 / operations,
    peakMemoryBytes: process.resourceUsage().maxRSS * 1024,
  };
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) console.table(rows());
