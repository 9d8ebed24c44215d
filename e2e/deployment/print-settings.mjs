// What every process of a deployment reads, as JSON: the compiled definitions themselves, in a process without test machinery around it.
import { allServices } from '../../apps/standalone/dist/services.js';
import { provisionConfig } from '../../apps/standalone/dist/provision-settings.js';
import { appName } from '../../libs/contracts/dist/index.js';

const describe = ({ settings }) =>
  Object.values(settings).map(({ env, secret, schema }) => ({ env, secret, required: !schema.safeParse(undefined).success }));
const definitions = [['provision', provisionConfig], ...allServices.map(({ name, config }) => [appName(name), config])];
process.stdout.write(JSON.stringify(Object.fromEntries(definitions.map(([name, definition]) => [name, describe(definition)]))));
