import './require-node.mjs';
import './end-with-parent.mjs';
import { spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { install } from './install.mjs';
import { installPeers } from './test/install-peers.mjs';
import { processesOf } from './test/leftovers.mjs';
import { root } from './workspace.mjs';

/** Everything of this run lives below it, and it stands in the environment of every process of this run. */
const scratch = mkdtempSync(join(tmpdir(), 'sifaka-test-'));
// Servers that give up root pass through it to folders of their own; nobody else sees what is in it.
chmodSync(scratch, 0o711);
const totals = { passed: 0, failed: 0, skipped: 0 };
const failures = [];
const children = new Set();

/** End-to-end suites that hold the platform to times: nothing else runs beside them. */
const timed = 'e2e/(boot|services|acme/figures|durability/one-server|deploy/ssh|rest/hostile|renewal/clock-jumps|long/eight-days)\\.e2e';

/** Name, Jest project, flags. */
const jestRuns = [
  ['unit', 'unit', '--maxWorkers=2'],
  ['service', 'service', '--maxWorkers=2'],
  ['e2e', 'e2e', '--maxWorkers=2', `--testPathPatterns=^(?!.*${timed})`],
  ['e2e, one at a time', 'e2e', '--runInBand', `--testPathPatterns=${timed}`],
  ...(process.argv.includes('--long') ? [['long', 'long', '--runInBand']] : []),
];

const steps = [
  ['build', 'scripts/build.mjs'],
  ['types', 'node_modules/typescript7/bin/tsc', '-p', 'tsconfig.spec.json'],
  ['types of the web interface', 'node_modules/typescript7/bin/tsc', '-p', 'apps/web/tsconfig.json'],
  ['generated files', 'scripts/gen.mjs', '--check'],
];

const print = (line) => process.stdout.write(`${line}\n`);
const inform = (line) => print(`test: ${line}`);

async function main() {
  await install(inform);
  installPeers(inform);
  // A minute of downloads and unpacking, beside what needs no peer.
  const debian13 = node(['scripts/test/debian13.mjs']);
  // Minutes on one processor: beside what comes before the tests that need servers.
  const linting = runStep('lint', ['scripts/lint.mjs']);
  for (const [name, ...args] of steps) await runStep(name, args);
  await debian13;
  const [unit, ...others] = jestRuns;
  await runJest(...unit);
  await linting;
  for (const run of others) await runJest(...run);
  checkLeftovers();
  if (failures.length > 0) print(`\nfailed:\n${failures.map((failure) => `  ${failure}`).join('\n')}`);
  const skipped = totals.skipped > 0 ? `, ${totals.skipped} skipped` : '';
  print(`\n${totals.passed} passed, ${totals.failed} failed${skipped}`);
  process.exitCode = totals.failed > 0 ? 1 : 0;
}

async function runStep(name, args) {
  const startedAt = Date.now();
  const status = await node(args);
  count(name, status === 0 ? 'passed' : 'failed');
  inform(`${name} ${status === 0 ? 'passed' : 'FAILED'} (${seconds(startedAt)} s)`);
}

async function runJest(name, project, ...flags) {
  const startedAt = Date.now();
  const report = join(scratch, `${name.replaceAll(/[^a-z0-9]/g, '-')}.json`);
  const reporting = ['--json', `--outputFile=${report}`, '--testLocationInResults', '--passWithNoTests'];
  const status = await node(
    [
      '--experimental-vm-modules',
      '--disable-warning=ExperimentalWarning',
      'node_modules/jest/bin/jest.js',
      '--selectProjects',
      project,
      ...flags,
      ...reporting,
    ],
    // With --json Jest writes the report to its standard output as well.
    ['ignore', 'ignore', 'inherit'],
  );
  const before = { ...totals };
  addReport(name, report, status);
  inform(`${name}: ${totals.passed - before.passed} passed, ${totals.failed - before.failed} failed (${seconds(startedAt)} s)`);
}

function addReport(run, path, status) {
  const report = readReport(path);
  if (report === null) return count(`${run}: Jest ended without a report (exit code ${status})`, 'failed');
  for (const file of report.testResults) {
    const name = file.name.slice(root.length + 1);
    for (const { status: outcome, fullName } of file.assertionResults) {
      count(`${name}: ${fullName}`, outcome === 'passed' ? 'passed' : outcome === 'failed' ? 'failed' : 'skipped');
    }
    if (file.status === 'failed' && !file.assertionResults.some(({ status: outcome }) => outcome === 'failed'))
      count(`${name}: did not run`, 'failed');
  }
  // A global set-up that failed leaves a report in which everything passed.
  if (status !== 0 && report.success) count(`${run}: Jest exited with code ${status}`, 'failed');
}

function readReport(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return null;
  }
}

function checkLeftovers() {
  const left = processesOf(scratch);
  for (const { pid, command } of left) {
    inform(`left behind: ${pid} ${command}`);
    process.kill(pid, 'SIGKILL');
  }
  count('no process is left behind', left.length === 0 ? 'passed' : 'failed');
}

function count(name, outcome) {
  totals[outcome] += 1;
  if (outcome === 'failed') failures.push(name);
}

const seconds = (startedAt) => ((Date.now() - startedAt) / 1_000).toFixed(1);

function node(args, stdio = ['ignore', 'inherit', 'inherit']) {
  const env = { ...process.env, TMPDIR: scratch, NX_DAEMON: 'false', FORCE_COLOR: process.stdout.isTTY ? '1' : '0' };
  return new Promise((resolve) => {
    const child = spawn(process.execPath, args, { cwd: root, stdio, env });
    children.add(child);
    child.once('exit', (code) => {
      children.delete(child);
      resolve(code ?? 1);
    });
  });
}

for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, () => {
    for (const child of children) child.kill(signal);
    setTimeout(() => {
      for (const { pid } of processesOf(scratch)) process.kill(pid, 'SIGKILL');
      rmSync(scratch, { recursive: true, force: true });
      process.exit(130);
    }, 5_000);
  });
}

try {
  await main();
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
