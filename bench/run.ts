import { mkdirSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { repositoryRoot } from '@sifaka/e2e';
import type { Bench, BenchRow } from './bench-row.js';
import { ingest } from './ingest.js';
import { issue } from './issue.js';
import { rows as pkiRows } from './pki.js';
import { revocation } from './revocation.js';
import { scan } from './scan.js';
import { table } from './table.js';

/** Every benchmark by the name under which `npm run bench -- <name>` runs it. */
const benches: Readonly<Record<string, Bench>> = {
  issue,
  ingest,
  scan,
  revocation,
  pki: () =>
    Promise.resolve(pkiRows().map(({ ceiling, ...row }): BenchRow => ({ ...row, ceilings: ceiling === undefined ? [] : [ceiling] }))),
};

const print = (line: string) => process.stdout.write(`${line}\n`);

/** Runs the named benchmarks, or all; prints a table and writes `bench/results/<name>.json` for each. */
export async function runBenches(names: readonly string[]): Promise<void> {
  const unknown = names.filter((name) => !(name in benches));
  if (unknown.length > 0) throw new Error(`there is no benchmark ${unknown.join(', ')}: there are ${Object.keys(benches).join(', ')}`);
  for (const [name, bench] of Object.entries(benches)) {
    if (names.length > 0 && !names.includes(name)) continue;
    const rows = await bench((line) => {
      print(`${name}: ${line}`);
    });
    print(`\n${table(rows)}\n`);
    write(name, rows);
  }
}

function write(name: string, rows: readonly BenchRow[]): void {
  const folder = join(repositoryRoot, 'bench/results');
  mkdirSync(folder, { recursive: true });
  const machine = { node: process.version, cpu: cpus()[0]?.model ?? 'unknown', cores: availableParallelism(), memoryBytes: totalmem() };
  writeFileSync(join(folder, `${name}.json`), `${JSON.stringify({ name, at: new Date().toISOString(), machine, rows }, null, 2)}\n`);
}
