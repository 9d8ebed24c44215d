import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { repositoryRoot } from '../harness/index.js';

/** What a simulation found out; lists name what should not be. */
export interface SimulationReport {
  seed: number;
  certificates: number;
  renewals: number;
  expired: string[];
  renewedTwice: string[];
  brokenLines: string[];
  strangeNames: string[];
  shortened: string[];
  meanPerHour: number;
  busiestHour: number;
  /** Busiest hour by the mean of all. */
  busiestShare: number;
  issuedByCa: number;
  refusedByCa: number;
  /** Requests that the CA was sent more than once. */
  askedTwice: number;
  /** Issued to a process that was killed with the answer in its hands. */
  lostToKills: number;
  lostOtherwise: string[];
  mails: number;
  /** The same message once more, after its sender was killed. */
  mailsAgainAfterKills: number;
  duplicateMails: string[];
  untimelyMails: string[];
  strangeMails: number;
  unsent: string[];
  kills: number;
  outages: number;
}

/** Runs `simulate.mjs` with these settings; its lines go to stderr. */
export async function simulation(settings: Readonly<Record<string, string>>): Promise<SimulationReport> {
  const folder = mkdtempSync(join(tmpdir(), 'sifaka-simulation-'));
  const path = join(folder, 'report.json');
  try {
    const code = await ended(path, settings);
    if (code !== 0) throw new Error(`the simulation ended with ${code}: its output says why`);
    return JSON.parse(readFileSync(path, 'utf8')) as SimulationReport;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function ended(path: string, settings: Readonly<Record<string, string>>): Promise<number | null> {
  const child = spawn(process.execPath, ['e2e/long/simulate.mjs', path], { cwd: repositoryRoot, env: { ...settings, ...process.env }, stdio: ['ignore', 'pipe', 'inherit'] });
  child.stdout.pipe(process.stderr, { end: false });
  return new Promise((resolve) => child.once('exit', resolve));
}
