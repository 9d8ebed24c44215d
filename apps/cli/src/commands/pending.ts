import {
  cancelPendingCertificateOperation,
  getCertificateOperation,
  listPendingCertificatesOperation,
  pendingStates,
  retryPendingCertificateOperation,
  uploadPendingCertificateOperation,
  type PendingCertificateView,
} from '@sifaka/contracts';
import { AppError } from '@sifaka/kernel';
import type { Command } from 'commander';
import { z } from 'zod';
import { confirm, count, define, fileText } from '../command.js';
import type { Terminal } from '../terminal.js';
import { certificateFields } from './certificate-fields.js';
import { findPending } from './find.js';
import { waitForPending } from './wait-for-pending.js';
import { waitOptions, WaitOptions } from './wait-options.js';

const columns = {
  id: (row: PendingCertificateView) => row.id,
  name: (row: PendingCertificateView) => row.name,
  state: (row: PendingCertificateView) => row.state,
  tries: (row: PendingCertificateView) => row.numberAttempts,
  'next try': (row: PendingCertificateView) => row.nextTryAt,
  authority: (row: PendingCertificateView) => row.authority.name,
  owner: (row: PendingCertificateView) => row.owner,
  'last news': (row: PendingCertificateView) => row.lastError ?? row.status,
};

const brought = { poll: 'the authority, asked again and again', order: 'an ACME order', upload: 'a person: sifaka pending upload' } as const;

const fields = {
  Id: (row: PendingCertificateView) => row.id,
  Name: (row: PendingCertificateView) => row.name,
  Names: (row: PendingCertificateView) => row.names,
  State: (row: PendingCertificateView) => row.state,
  'Brought by': (row: PendingCertificateView) => brought[row.settledBy],
  Status: (row: PendingCertificateView) => row.status,
  'Last error': (row: PendingCertificateView) => row.lastError,
  Tries: (row: PendingCertificateView) => row.numberAttempts,
  'Next try': (row: PendingCertificateView) => row.nextTryAt,
  'Given up': (row: PendingCertificateView) => row.until,
  Certificate: (row: PendingCertificateView) => row.resolvedCertId,
  Authority: (row: PendingCertificateView) => row.authority.name,
  'Number there': (row: PendingCertificateView) => row.externalId,
  'DNS provider': (row: PendingCertificateView) => row.dnsProvider?.name,
  Owner: (row: PendingCertificateView) => row.owner,
  Roles: (row: PendingCertificateView) => row.roles.map(({ name }) => name),
  Requested: (row: PendingCertificateView) => row.dateCreated,
  Description: (row: PendingCertificateView) => row.description,
};

export function pendingCommands(parent: Command, terminal: Terminal): void {
  listCommand(parent, terminal);
  define(parent, terminal, {
    name: 'show <pending>',
    summary: 'one, by id or name',
    schema: z.object({}),
    run: async (context, _, [name = '']) => context.object(await findPending(context.api, name), fields),
  });
  define(parent, terminal, {
    name: 'csr <pending>',
    summary: 'its signing request in PEM, for whoever signs it',
    schema: z.object({}),
    run: async ({ api }, _, [name = '']) => terminal.out(`${(await findPending(api, name)).csr.trim()}\n`),
  });
  define(parent, terminal, {
    name: 'wait <pending>',
    summary: 'wait for its certificate',
    options: waitOptions,
    schema: WaitOptions,
    async run(context, { waitLimit }, [name = '']) {
      const id = await waitForPending(context, await findPending(context.api, name), waitLimit);
      context.object(await context.api.call(getCertificateOperation, { params: { id } }), certificateFields);
    },
  });
  define(parent, terminal, {
    name: 'retry <pending>',
    summary: 'ask the authority now',
    schema: z.object({}),
    async run({ api }, _, [name = '']) {
      const pending = await findPending(api, name);
      await api.call(retryPendingCertificateOperation, { params: { id: pending.id } });
      terminal.say(`the authority of ${pending.name} is asked now`);
    },
  });
  uploadCommand(parent, terminal);
  cancelCommand(parent, terminal);
}

function listCommand(parent: Command, terminal: Terminal): void {
  define(parent, terminal, {
    name: 'list',
    summary: 'certificates that are requested and not issued yet, the newest first',
    options: [
      ['-s, --search <text>', 'part of a name'],
      ['--in <field>', 'search in another field: cn, issuer, owner'],
      ['--state <state>', `one of ${pendingStates.join(', ')} (waiting)`],
      ['-n, --count <rows>', 'how many at most (50)'],
      ['-p, --page <page>', 'which page (1)'],
    ],
    schema: z.object({
      search: z.string().optional(),
      in: z.string().default('name'),
      state: z.enum(pendingStates).optional(),
      count: count().default(50),
      page: count().default(1),
    }),
    async run(context, { search, in: field, ...rest }) {
      const filter = search === undefined ? undefined : `${field};${search}`;
      context.page(await context.api.call(listPendingCertificatesOperation, { query: { ...rest, filter, sortBy: 'id', sortDir: 'desc' } }), columns);
    },
  });
}

function uploadCommand(parent: Command, terminal: Terminal): void {
  define(parent, terminal, {
    name: 'upload <pending>',
    summary: 'bring its certificate by hand: for the requested key, and from the authority',
    required: [['--body <file>', 'the certificate in PEM']],
    options: [
      ['--chain <file>', 'the certificates between it and the root, in PEM'],
      ['--external-id <number>', 'what the authority calls it'],
    ],
    schema: z.object({ body: z.string(), chain: z.string().optional(), externalId: z.string().optional() }),
    async run(context, { body, chain, externalId }, [name = '']) {
      const { api } = context;
      const { id } = await findPending(api, name);
      const files = { body: await fileText(body), ...(chain !== undefined && { chain: await fileText(chain) }) };
      const { resolvedCertId } = await api.call(uploadPendingCertificateOperation, { params: { id }, body: { ...files, externalId } });
      if (resolvedCertId === null) throw new AppError('internal', 'the certificate was taken, but is not there');
      context.object(await api.call(getCertificateOperation, { params: { id: resolvedCertId } }), certificateFields);
    },
  });
}

function cancelCommand(parent: Command, terminal: Terminal): void {
  define(parent, terminal, {
    name: 'cancel <pending>',
    summary: 'cancel at the authority where that can be done, and forget request and key',
    options: [
      ['--note <text>', 'why; for the audit log and the authority'],
      ['-y, --yes', 'without asking'],
    ],
    schema: z.object({ note: z.string().optional(), yes: z.boolean().default(false) }),
    async run({ api }, { note, yes }, [name = '']) {
      const pending = await findPending(api, name);
      if (!yes && !(await confirm(terminal, 'Cancel', pending.name))) throw new AppError('failed_precondition', 'nothing was cancelled');
      await api.call(cancelPendingCertificateOperation, { params: { id: pending.id }, body: { note: note ?? null } });
      terminal.say(`${pending.name} is cancelled`);
    },
  });
}
