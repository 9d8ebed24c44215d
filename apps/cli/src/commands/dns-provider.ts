import type { AnswerOf } from '@sifaka/api-client';
import {
  createDnsProviderOperation,
  deleteDnsProviderOperation,
  getDnsProviderOperation,
  listDnsProviderOptionsOperation,
  listDnsProvidersOperation,
  refreshDnsProviderOperation,
  testDnsProviderOperation,
  type DnsTestReport,
} from '@sifaka/contracts';
import { AppError } from '@sifaka/kernel';
import type { Command } from 'commander';
import { z } from 'zod';
import { count, define } from '../command.js';
import { defineDeletion } from '../deletion.js';
import { pluginOptions, secretFlags, setFlags, SetOptions } from '../plugin-options.js';
import type { Terminal } from '../terminal.js';
import { findDnsProvider } from './find.js';

type Row = AnswerOf<typeof listDnsProvidersOperation>['items'][number];
type Type = AnswerOf<typeof listDnsProviderOptionsOperation>['items'][number];

const columns = {
  id: (row: Row) => row.id,
  name: (row: Row) => row.name,
  type: (row: Row) => row.providerType,
  zones: (row: Row) => row.zoneCount,
  'open records': (row: Row) => row.openRecords,
  'last error': (row: Row) => row.lastError,
};

const typeColumns = {
  type: (row: Type) => row.name,
  title: (row: Type) => row.title,
  needs: (row: Type) => row.requirements?.filter(({ required }) => required === true).map(({ name }) => name),
  options: (row: Type) => row.requirements?.filter(({ required }) => required !== true).map(({ name }) => name),
};

const stepColumns = {
  step: (row: DnsTestReport['steps'][number]) => row.name,
  result: (row: DnsTestReport['steps'][number]) => row.state,
  ms: (row: DnsTestReport['steps'][number]) => row.durationMs,
  'what happened': (row: DnsTestReport['steps'][number]) => row.detail,
};

/** Accounts at DNS services, through which names are proved to ACME CAs. */
export function dnsProviderCommands(parent: Command, terminal: Terminal): void {
  define(parent, terminal, {
    name: 'list',
    summary: 'DNS providers, with what was last wrong with them',
    options: [
      ['-n, --count <rows>', 'how many at most (50)'],
      ['-p, --page <page>', 'which page (1)'],
    ],
    schema: z.object({ count: count().default(50), page: count().default(1) }),
    async run(context, window) {
      const { items } = await context.api.call(listDnsProvidersOperation, { query: { ...window, sortBy: 'id', sortDir: 'desc' } });
      context.list(items, columns);
    },
  });
  define(parent, terminal, {
    name: 'types',
    summary: 'what can be added, and what each type needs to know',
    schema: z.object({}),
    run: async (context) => context.list((await context.api.call(listDnsProviderOptionsOperation)).items, typeColumns),
  });
  define(parent, terminal, {
    name: 'zones <provider>',
    summary: 'its zones, by id or name of the provider',
    options: [['--refresh', 'list them again first']],
    schema: z.object({ refresh: z.boolean().default(false) }),
    async run(context, { refresh }, [name = '']) {
      const { id } = await findDnsProvider(context.api, name);
      const { zones, zoneCount } = await context.api.call(refresh ? refreshDnsProviderOperation : getDnsProviderOperation, { params: { id } });
      context.list(zones, { zone: (zone: string) => zone });
      if (zoneCount > zones.length) terminal.say(`${zones.length} of ${zoneCount}`);
    },
  });
  createCommand(parent, terminal);
  testCommand(parent, terminal);
  defineDeletion(parent, terminal, {
    name: 'delete <provider>',
    summary: 'remove what is left of its challenge records, then forget it and its credentials',
    force: 'even if records cannot be removed: they stay in DNS, the audit log names them',
    find: findDnsProvider,
    remove: (api, id, force) => api.call(deleteDnsProviderOperation, { params: { id }, query: force ? { force } : {} }),
  });
}

function createCommand(parent: Command, terminal: Terminal): void {
  define(parent, terminal, {
    name: 'create <name>',
    summary: 'add one; its credentials are tried and its zones listed first',
    required: [['--type <type>', 'such as powerdns; "sifaka dns-provider types" lists them']],
    options: [
      setFlags,
      secretFlags,
      ['--nameserver <address...>', 'asked for challenge records in place of the servers that public DNS names'],
      ['--description <text>', 'which zones, whose account'],
    ],
    schema: z.object({
      type: z.string(),
      set: SetOptions,
      secret: z.string().optional(),
      nameserver: z.array(z.string()).default([]),
      description: z.string().optional(),
    }),
    async run(context, { type, set, secret, nameserver, description }, [name = '']) {
      const requirements = await pluginOptions(terminal, set, secret);
      const body = { name, description, providerType: { name: type, requirements }, nameservers: nameserver };
      const id = await context.api.call(createDnsProviderOperation, { body });
      context.list([await context.api.call(getDnsProviderOperation, { params: { id } })], columns);
    },
  });
}

function testCommand(parent: Command, terminal: Terminal): void {
  define(parent, terminal, {
    name: 'test <provider>',
    summary: 'try credentials and zones, and with a name: write, see and remove its challenge record',
    options: [['--name <name>', 'such as www.example.com']],
    schema: z.object({ name: z.string().optional() }),
    async run(context, { name: probe }, [text = '']) {
      const { id, name } = await findDnsProvider(context.api, text);
      const { isWorking, steps } = await context.api.call(testDnsProviderOperation, { params: { id }, body: { name: probe ?? null } });
      context.list(steps, stepColumns);
      const fault = steps.find(({ state }) => state === 'failed');
      if (!isWorking) throw new AppError('failed_precondition', `${name} does not work${fault === undefined ? '' : `: ${fault.detail}`}`);
    },
  });
}
