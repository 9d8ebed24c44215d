import {
  createApiKeyOperation,
  deleteApiKeyOperation,
  describeApiKeyOperation,
  listApiKeysOperation,
  updateApiKeyOperation,
  type ApiKeyView,
} from '@sifaka/contracts';
import type { Command } from 'commander';
import { z } from 'zod';
import { count, define } from '../command.js';
import type { Terminal } from '../terminal.js';

const columns = {
  id: (row: ApiKeyView) => row.id,
  name: (row: ApiKeyView) => row.name,
  user: (row: ApiKeyView) => row.user.username,
  days: (row: ApiKeyView) => (row.ttl === -1 ? 'without end' : row.ttl),
  state: (row: ApiKeyView) => (row.revoked ? 'revoked' : 'in force'),
};

export function apiKeyCommands(parent: Command, terminal: Terminal): void {
  define(parent, terminal, {
    name: 'list',
    summary: 'your API keys; administrators see all',
    schema: z.object({}),
    run: async (context) =>
      context.list(
        (await context.api.call(listApiKeysOperation, { query: { count: 1_000, sortBy: 'id', sortDir: 'asc' } })).items,
        columns,
      ),
  });
  define(parent, terminal, {
    name: 'create <name>',
    summary: 'make an API key; its token goes to standard output',
    options: [['--days <days>', 'life; without end when not given']],
    schema: z.object({ days: count().optional() }),
    async run({ api }, { days }, [name = '']) {
      const { jwt } = await api.call(createApiKeyOperation, { body: { name, ttl: days ?? -1 } });
      terminal.out(`${jwt}\n`);
    },
  });
  define(parent, terminal, {
    name: 'revoke <id>',
    summary: 'refuse its tokens from now on',
    schema: z.object({}),
    async run({ api }, _, [id = '']) {
      const { user, name, ttl, ...key } = await api.call(describeApiKeyOperation, { params: { id } });
      const { username, email } = user;
      await api.call(updateApiKeyOperation, {
        params: { id },
        body: { id: key.id, name, ttl, revoked: true, user: { id: user.id, username, email } },
      });
      terminal.say(`API key ${name} is revoked`);
    },
  });
  define(parent, terminal, {
    name: 'delete <id>',
    summary: 'delete it; its tokens stop working',
    schema: z.object({}),
    async run({ api }, _, [id = '']) {
      await api.call(deleteApiKeyOperation, { params: { id } });
      terminal.say(`API key ${id} is deleted`);
    },
  });
}
