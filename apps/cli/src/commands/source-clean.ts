import { cleanSourceOperation, type CleanReport } from '@sifaka/contracts';
import { AppError } from '@sifaka/kernel';
import type { Command } from 'commander';
import { z } from 'zod';
import { define } from '../command.js';
import type { Terminal } from '../terminal.js';
import { findSource } from './find.js';

type Row = CleanReport['certificates'][number];

const columns = {
  id: (row: Row) => row.id,
  name: (row: Row) => row.name,
  owner: (row: Row) => row.owner,
  'not after': (row: Row) => row.notAfter,
  outcome: (row: Row) => row.outcome.replaceAll('_', ' '),
  detail: (row: Row) => row.detail,
};

const days = z
  .string()
  .regex(/^\d{1,5}$/, { error: 'must be a whole number of days' })
  .transform(Number)
  .optional();

/** Takes away what nobody uses. */
export function sourceCleanCommand(parent: Command, terminal: Terminal): void {
  define(parent, terminal, {
    name: 'clean <source>',
    summary: 'what of it no endpoint presents and has expired; with --commit it is removed there',
    options: [
      ['--expiring <days>', 'those that end within so many days instead'],
      ['--issued <days>', 'those issued within so many days instead'],
      ['--commit', 'remove them'],
    ],
    schema: z.object({ expiring: days, issued: days, commit: z.boolean().default(false) }),
    async run(context, { expiring, issued, commit }, [name = '']) {
      if (expiring !== undefined && issued !== undefined) throw new AppError('invalid_argument', '--expiring and --issued cannot both be meant');
      const { id } = await findSource(context.api, name);
      const selection = expiring !== undefined ? 'expiring' : issued !== undefined ? 'issued' : 'expired';
      const report = await context.api.call(cleanSourceOperation, { params: { id }, body: { selection, days: expiring ?? issued, dryRun: !commit } });
      context.list(report.certificates, columns, report);
      if (report.reasonNot !== null) terminal.say(`nothing can be removed there: ${report.reasonNot}`);
      if (report.total > report.certificates.length) terminal.say(`${report.certificates.length} of ${report.total}`);
      if (report.isDryRun && report.total > 0) terminal.say('nothing was removed; --commit does it');
      const failed = report.certificates.filter(({ outcome }) => outcome === 'failed').length;
      if (failed > 0) throw new AppError('failed_precondition', `${failed} could not be removed`);
    },
  });
}
