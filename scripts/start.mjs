// `npm start`. Nothing that needs an installed package may be imported before the installation: the rest is loaded when it is there.
import './require-node.mjs';
import './end-with-parent.mjs';

const log = (line) => process.stdout.write(`sifaka: ${line}\n`);

try {
  const { install } = await import('./install.mjs');
  await install(log);
  const { build } = await import('./build.mjs');
  await build(log);
} catch (error) {
  process.stderr.write(`sifaka: ${error.message}\n`);
  process.exit(1);
}

const { embeddedServers } = await import('./embedded-servers.mjs');
const { runStandalone } = await import('../apps/standalone/dist/index.js');
await runStandalone(process.env, embeddedServers);
