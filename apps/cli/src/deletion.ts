import type { ApiClient } from '@sifaka/api-client';
import { AppError } from '@sifaka/kernel';
import type { Command } from 'commander';
import { z } from 'zod';
import { confirm, define } from './command.js';
import type { Terminal } from './terminal.js';

interface Deletion {
  /** With its argument: `delete <source>`. */
  name: string;
  summary: string;
  /** What deleting by force means; without it there is no such thing. */
  force?: string;
  find: (api: ApiClient, text: string) => Promise<{ id: number; name: string }>;
  remove: (api: ApiClient, id: number, isForced: boolean) => Promise<unknown>;
}

/** Deletes something for good, once its name was typed or somebody said `--yes`. */
export function defineDeletion(parent: Command, terminal: Terminal, { name: words, summary, force: forceMeans, find, remove }: Deletion): void {
  define(parent, terminal, {
    name: words,
    summary,
    options: [...(forceMeans === undefined ? [] : [['--force', forceMeans] as const]), ['-y, --yes', 'without asking']],
    schema: z.object({ force: z.boolean().default(false), yes: z.boolean().default(false) }),
    async run({ api }, { force, yes }, [text = '']) {
      const { id, name } = await find(api, text);
      if (!yes && !(await confirm(terminal, 'Delete', name))) throw new AppError('failed_precondition', 'nothing was deleted');
      await remove(api, id, force);
      terminal.say(`${name} is deleted`);
    },
  });
}
