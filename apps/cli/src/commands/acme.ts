import { listAcmeAccountsOperation, listAcmeOrdersOperation, orderStates, type AcmeAccountView, type AcmeOrderView } from '@sifaka/contracts';
import type { Command } from 'commander';
import { z } from 'zod';
import { count, define } from '../command.js';
import type { Terminal } from '../terminal.js';

const accountColumns = {
  id: (row: AcmeAccountView) => row.id,
  authority: (row: AcmeAccountView) => row.authority,
  state: (row: AcmeAccountView) => row.status,
  contact: (row: AcmeAccountView) => row.email,
  directory: (row: AcmeAccountView) => row.directoryUrl,
  'last error': (row: AcmeAccountView) => row.lastError,
};

const orderColumns = {
  id: (row: AcmeOrderView) => row.id,
  pending: (row: AcmeOrderView) => row.pendingCertificateId,
  authority: (row: AcmeOrderView) => row.authority,
  state: (row: AcmeOrderView) => row.state,
  names: (row: AcmeOrderView) => row.challenges.map(({ identifier }) => identifier.value),
  'next try': (row: AcmeOrderView) => row.nextTryAt,
  'last error': (row: AcmeOrderView) => row.lastError,
};

const windowOptions = [
  ['-a, --authority <name>', 'of this authority alone'],
  ['-n, --count <rows>', 'how many at most (50)'],
  ['-p, --page <page>', 'which page (1)'],
] as const;

const ListOptions = z.object({ authority: z.string().optional(), count: count().default(50), page: count().default(1) });

/** What stands at ACME CAs; for administrators. */
export function acmeCommands(parent: Command, terminal: Terminal): void {
  define(parent.command('account').description('accounts of authorities at ACME CAs'), terminal, {
    name: 'list',
    summary: 'accounts, the newest first; for administrators',
    options: windowOptions,
    schema: ListOptions,
    async run(context, query) {
      const { items } = await context.api.call(listAcmeAccountsOperation, { query: { ...query, sortBy: 'id', sortDir: 'desc' } });
      context.list(items, accountColumns);
    },
  });
  define(parent.command('order').description('orders at ACME CAs'), terminal, {
    name: 'list',
    summary: 'orders, the newest first; for administrators',
    options: [...windowOptions, ['--state <state>', `one of ${orderStates.join(', ')}`]],
    schema: ListOptions.extend({ state: z.enum(orderStates).optional() }),
    async run(context, query) {
      const { items } = await context.api.call(listAcmeOrdersOperation, { query: { ...query, sortBy: 'id', sortDir: 'desc' } });
      context.list(items, orderColumns);
    },
  });
}
