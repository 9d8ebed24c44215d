import './require-node.mjs';
import './end-with-parent.mjs';
import { join } from 'node:path';
import { build } from './build.mjs';
import { install } from './install.mjs';
import { runChild } from './run-child.mjs';
import { root } from './workspace.mjs';

/** `npm run bench [-- <name>…]`: the platform is measured as it is started, so it is built first. */
const log = (line) => process.stdout.write(`bench: ${line}\n`);

try {
  await install(log);
  await build(log);
  const code = await runChild(process.execPath, [join(root, 'node_modules/typescript7/bin/tsc'), '-b', 'bench'], {
    cwd: root,
    stdio: 'inherit',
  });
  if (code !== 0) throw new Error('the benchmarks do not compile: see the errors above');
  const { runBenches } = await import('../bench/dist/run.js');
  await runBenches(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`bench: ${error.message}\n`);
  process.exit(1);
}
