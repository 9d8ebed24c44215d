import { z } from 'zod';
import { DomainRecord } from '../rpc/certificate-record.js';
import { PluginView } from '../rpc/plugin.js';
import { bool, idParam, text, title } from './field.js';
import { listOf, listQuery } from './list.js';
import { operation } from './operation.js';
import { DefaultsView, LogView } from './view.js';

const domainTag = 'domains';
const byId = z.object({ id: idParam() });
const DomainInput = z.object({ name: title(256), sensitive: bool().default(false) });

export const listDomainsOperation = operation('listDomains', 'GET', '/domains', {
  tag: domainTag,
  summary: 'Names of certificates, and names marked sensitive',
  access: 'authenticated',
  query: z.object(listQuery),
  response: listOf(DomainRecord),
});
export const createDomainOperation = operation('createDomain', 'POST', '/domains', {
  tag: domainTag,
  summary: 'Add a name, for example to mark it sensitive',
  access: 'writer',
  body: DomainInput,
  response: DomainRecord,
  takesIdempotencyKey: true,
});
export const getDomainOperation = operation('getDomain', 'GET', '/domains/{id}', {
  tag: domainTag,
  summary: 'One name',
  access: 'authenticated',
  params: byId,
  response: DomainRecord,
  errors: [404],
});
export const updateDomainOperation = operation('updateDomain', 'PUT', '/domains/{id}', {
  tag: domainTag,
  summary: 'Change a name or its sensitivity; administrators and roles of sensitive domains only',
  access: 'writer',
  params: byId,
  body: DomainInput,
  response: DomainRecord,
  errors: [404],
});

/** One that cannot be used says so, and why; of the others nothing is said. */
export const ListedPluginView = PluginView.extend({ isEnabled: z.literal(false).optional(), disabledReason: z.string().optional() });
export type ListedPluginView = z.output<typeof ListedPluginView>;

export const listPluginsOperation = operation('listPlugins', 'GET', '/plugins', {
  tag: 'plugins',
  summary: 'Plugins with their options, sorted by title',
  access: 'authenticated',
  query: z.object({ type: text(64).optional() }),
  response: listOf(ListedPluginView),
  errors: [404],
});
export const getPluginOperation = operation('getPlugin', 'GET', '/plugins/{slug}', {
  tag: 'plugins',
  summary: 'One plugin',
  access: 'authenticated',
  params: z.object({ slug: z.string().max(128) }),
  response: ListedPluginView,
  errors: [404],
});

export const listLogsOperation = operation('listLogs', 'GET', '/logs', {
  tag: 'logs',
  summary: 'What was done to certificates, and who saw which key',
  access: 'authenticated',
  query: z.object({ ...listQuery, logType: text(32).optional() }),
  response: listOf(LogView),
});

export const getDefaultsOperation = operation('getDefaults', 'GET', '/defaults', {
  tag: 'defaults',
  summary: 'Configured subject defaults and the preselected issuer and authority',
  access: 'authenticated',
  response: DefaultsView,
});

export const inventoryOperations = [
  listDomainsOperation,
  createDomainOperation,
  getDomainOperation,
  updateDomainOperation,
  listPluginsOperation,
  getPluginOperation,
  listLogsOperation,
  getDefaultsOperation,
] as const;
