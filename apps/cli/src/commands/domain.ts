import { createDomainOperation, listDomainsOperation, updateDomainOperation, type DomainRecord } from '@sifaka/contracts';
import { AppError } from '@sifaka/kernel';
import type { Command } from 'commander';
import { z } from 'zod';
import { count, define, type Context } from '../command.js';
import type { Terminal } from '../terminal.js';

type Domain = z.output<typeof DomainRecord>;

const columns = {
  id: (row: Domain) => row.id,
  name: (row: Domain) => row.name,
  sensitive: (row: Domain) => (row.sensitive ? 'yes' : 'no'),
};

export function domainCommands(parent: Command, terminal: Terminal): void {
  define(parent, terminal, {
    name: 'list',
    summary: 'names that certificates were issued for',
    options: [
      ['-s, --search <text>', 'part of a name'],
      ['-n, --count <rows>', 'how many at most (50)'],
      ['-p, --page <page>', 'which page (1)'],
    ],
    schema: z.object({ search: z.string().optional(), count: count().default(50), page: count().default(1) }),
    async run(context, { search, ...window }) {
      const filter = search === undefined ? undefined : `name;${search}`;
      const { items } = await context.api.call(listDomainsOperation, { query: { ...window, filter, sortBy: 'id', sortDir: 'desc' } });
      context.list(items, columns);
    },
  });
  define(parent, terminal, {
    name: 'add <name>',
    summary: 'add a name, for example to mark it sensitive before it is used',
    options: [['--sensitive', 'only administrators issue for it']],
    schema: z.object({ sensitive: z.boolean().default(false) }),
    run: async (context, { sensitive }, [name = '']) =>
      context.list([await context.api.call(createDomainOperation, { body: { name, sensitive } })], columns),
  });
  define(parent, terminal, {
    name: 'sensitive <name> <yes|no>',
    summary: 'say whether a name is sensitive',
    schema: z.object({}),
    async run(context, _, [name = '', answer = '']) {
      if (answer !== 'yes' && answer !== 'no') throw new AppError('invalid_argument', `"${answer}" is neither yes nor no`);
      const { id } = await findDomain(context, name);
      context.list(
        [await context.api.call(updateDomainOperation, { params: { id }, body: { name, sensitive: answer === 'yes' } })],
        columns,
      );
    },
  });
}

async function findDomain({ api }: Context, name: string): Promise<Domain> {
  const { items } = await api.call(listDomainsOperation, { query: { filter: `name;${name}`, count: 1_000 } });
  const domain = items.find((item) => item.name === name);
  if (domain === undefined) throw new AppError('not_found', `there is no domain "${name}"`);
  return domain;
}
