import { checkEndpointOperation, deleteEndpointOperation, listEndpointsOperation, type EndpointView } from '@sifaka/contracts';
import type { Command } from 'commander';
import { z } from 'zod';
import { define, newestFirst, Paging, pagingOptions } from '../command.js';
import { defineDeletion } from '../deletion.js';
import type { Terminal } from '../terminal.js';
import { endpointColumns, endpointFields } from './endpoint-fields.js';
import { endpointChangeCommands } from './endpoint-change.js';
import { findCertificate, findEndpoint, findSource } from './find.js';
import { rotateEndpointCommand } from './rotate.js';

/** Where certificates are presented to clients. */
export function endpointCommands(parent: Command, terminal: Terminal): void {
  listCommand(parent, terminal);
  define(parent, terminal, {
    name: 'show <endpoint>',
    summary: 'one, by id, name or address',
    schema: z.object({}),
    run: async (context, _, [name = '']) => context.object(await findEndpoint(context.api, name), endpointFields),
  });
  endpointChangeCommands(parent, terminal);
  define(parent, terminal, {
    name: 'check <endpoint>',
    summary: 'look at what it presents now',
    schema: z.object({}),
    async run(context, _, [name = '']) {
      const { id } = await findEndpoint(context.api, name);
      context.object(await context.api.call(checkEndpointOperation, { params: { id } }), endpointFields);
    },
  });
  rotateEndpointCommand(parent, terminal);
  defineDeletion(parent, terminal, {
    name: 'delete <endpoint>',
    summary: 'forget it; one that a source still reports comes back',
    find: findEndpoint,
    remove: (api, id) => api.call(deleteEndpointOperation, { params: { id } }),
  });
}

function listCommand(parent: Command, terminal: Terminal): void {
  define(parent, terminal, {
    name: 'list',
    summary: 'endpoints and what is wrong there, the newest first',
    options: [
      ['-s, --search <text>', 'part of a name or alias'],
      ['--in <field>', 'search in another field: dnsname, port, type, source, ciphers, active'],
      ['--source <source>', 'found by this source'],
      ['-c, --certificate <certificate>', 'that present this certificate'],
      ['--owner <address>', 'of this owner'],
      ['--issues', 'of these rows, only those with something wrong'],
      ...pagingOptions,
    ],
    schema: Paging.extend({
      search: z.string().optional(),
      in: z.string().default('name'),
      source: z.string().optional(),
      certificate: z.string().optional(),
      owner: z.string().optional(),
      issues: z.boolean().default(false),
    }),
    async run(context, { search, in: field, source, certificate, owner, issues, ...window }) {
      const { api } = context;
      const query = {
        ...window,
        ...newestFirst,
        owner,
        filter: search === undefined ? undefined : `${field};${search}`,
        ...(source !== undefined && { sourceId: (await findSource(api, source)).id }),
        ...(certificate !== undefined && { certificateId: (await findCertificate(api, certificate)).id }),
      };
      const { items, total } = await api.call(listEndpointsOperation, { query });
      context.list(issues ? items.filter(isWrong) : items, endpointColumns);
      if (total > items.length) terminal.say(`${items.length} of ${total}`);
    },
  });
}

const isWrong = ({ issues, lastError }: EndpointView): boolean => issues.length > 0 || lastError !== null;
