// `npm run start:services`: the services apart, one Node process each, with the environment that a container of each would have.
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

const { runServices } = await import('./services/run-services.mjs');
await runServices(process.env, log);
