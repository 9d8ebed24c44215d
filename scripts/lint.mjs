import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { root } from './workspace.mjs';
import { missingEntries } from './complete-lockfile.mjs';
import { checkWorkspace } from './lint/check-workspace.mjs';
import { proveRules } from './lint/prove-rules.mjs';

process.env.NX_DAEMON = 'false';

const run = (path, args, stdio) => spawnSync(process.execPath, [join(root, path), ...args], { cwd: root, stdio, encoding: 'utf8' });

/** The boundary rule reads the project graph from Nx's cache and misjudges by an old one. */
function refreshProjectGraph() {
  const graph = run('node_modules/nx/dist/bin/nx.js', ['show', 'projects'], 'pipe');
  if (graph.status !== 0) {
    process.stderr.write(`${graph.stdout}${graph.stderr}`);
    process.exit(1);
  }
}

refreshProjectGraph();
const linted = run(
  'node_modules/eslint/bin/eslint.js',
  ['--max-warnings=0', ...(process.argv.length > 2 ? process.argv.slice(2) : ['.'])],
  'inherit',
);
const incomplete = missingEntries().map(([path]) => `package-lock.json: lacks ${path}: run node scripts/complete-lockfile.mjs`);
const faults = [...incomplete, ...checkWorkspace(), ...(await proveRules())];
for (const fault of faults) process.stderr.write(`${fault}\n`);
if (linted.status !== 0 || faults.length > 0) process.exit(1);
process.stdout.write('lint: no fault\n');
