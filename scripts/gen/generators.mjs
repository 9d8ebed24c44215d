import { join } from 'node:path';
import { projects, readJson, root } from '../workspace.mjs';
import { pluginIndex, pluginPage } from './plugin-pages.mjs';

/** Everything that is generated is generated here: add a line to add a file. Each answers `{ path: content }`, paths from the root. */
export const generators = [openApi, asyncApi, configuration, natsPermissions, plugins];

const load = (folder) => import(join(root, folder, 'dist/index.js'));
const json = (value) => `${JSON.stringify(value, null, 2)}\n`;

async function openApi() {
  const { openApiDocument } = await load('libs/contracts');
  return { 'docs/reference/openapi.json': json(openApiDocument(readJson(join(root, 'package.json')).version)) };
}

async function asyncApi() {
  const { allEvents } = await load('libs/contracts');
  const { asyncApi: document, eventsPage } = await load('libs/messaging');
  return {
    'docs/reference/events/asyncapi.json': json(document(allEvents)),
    'docs/reference/events/README.md': eventsPage(allEvents),
  };
}

async function configuration() {
  const { configReference } = await load('libs/config');
  const { allServices } = await load('apps/standalone');
  const { provisionConfig } = await import(join(root, 'apps/standalone/dist/provision-settings.js'));
  const page = configReference([...allServices.map(({ config }) => config), provisionConfig]);
  return { 'docs/reference/configuration.md': page.endsWith('\n') ? page : `${page}\n` };
}

async function natsPermissions() {
  const { allContracts, allEvents } = await load('libs/contracts');
  const { natsPermissions: permissions } = await load('libs/messaging');
  const text = permissions({ registry: { contracts: allContracts, events: allEvents } });
  // kustomize reads nothing outside its own folder.
  return { 'deploy/nats/permissions.conf': text, 'deploy/k8s/base/nats-permissions.conf': text };
}

async function plugins() {
  const folders = projects()
    .map(({ folder }) => folder)
    .filter((folder) => folder.startsWith('plugins/'));
  const all = await Promise.all(folders.map(async (folder) => ({ folder, plugin: (await load(folder)).default })));
  const pages = all.map(({ folder, plugin }) => [`docs/reference/plugins/${plugin.slug}.md`, pluginPage(plugin, folder)]);
  return { ...Object.fromEntries(pages), 'docs/reference/plugins/README.md': pluginIndex(all.map(({ plugin }) => plugin)) };
}
