import { listAuditOperation, type AuditEntry } from '@sifaka/contracts';
import type { Command } from 'commander';
import { z } from 'zod';
import { count, define } from '../command.js';
import type { Terminal } from '../terminal.js';

const columns = {
  at: (row: AuditEntry) => row.at,
  who: (row: AuditEntry) => row.actor.name,
  from: (row: AuditEntry) => row.actor.sourceIp,
  action: (row: AuditEntry) => row.action,
  object: (row: AuditEntry) => `${row.object.type} ${row.object.name ?? row.object.id}`,
};

export function auditCommands(program: Command, terminal: Terminal): void {
  define(program, terminal, {
    name: 'audit',
    summary: 'every change and every sight of a key, the newest first; for administrators',
    options: [
      ['--actor <name>', 'by whom'],
      ['--action <action>', 'such as certificate.issued'],
      ['--type <type>', 'kind of object, such as certificate'],
      ['--since <time>', 'such as 2026-12-01T00:00:00Z'],
      ['--until <time>', 'such as 2026-12-31T00:00:00Z'],
      ['-n, --count <rows>', 'how many at most (50)'],
      ['-p, --page <page>', 'which page (1)'],
    ],
    schema: z.object({
      actor: z.string().optional(),
      action: z.string().optional(),
      type: z.string().optional(),
      since: z.string().optional(),
      until: z.string().optional(),
      count: count().default(50),
      page: count().default(1),
    }),
    async run(context, { type, ...query }) {
      const { items } = await context.api.call(listAuditOperation, { query: { ...query, objectType: type } });
      context.list(items, columns);
    },
  });
}
