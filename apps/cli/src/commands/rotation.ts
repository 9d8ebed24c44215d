import { getRotationOperation, listRotationsOperation, retryRotationOperation, rotationStates } from '@sifaka/contracts';
import { AppError } from '@sifaka/kernel';
import type { Command } from 'commander';
import { z } from 'zod';
import { define, isId, newestFirst, Paging, pagingOptions } from '../command.js';
import type { Terminal } from '../terminal.js';
import { findCertificate, findEndpoint } from './find.js';
import { rotateDueCommand, throwFailed, waitForRotations } from './rotate.js';
import { rotationColumns, rotationFields } from './rotation-fields.js';
import { waitOptions, WaitOptions } from './wait-options.js';

/** Endpoints on their way to other certificates. */
export function rotationCommands(parent: Command, terminal: Terminal): void {
  listCommand(parent, terminal);
  define(parent, terminal, {
    name: 'show <rotation>',
    summary: 'one with its steps, by id',
    schema: z.object({}),
    run: async (context, _, [id = '']) => context.object(await context.api.call(getRotationOperation, { params: { id: idOf(id) } }), rotationFields),
  });
  define(parent, terminal, {
    name: 'retry <rotation>',
    summary: 'take up a failed one again',
    options: [['--wait', 'wait for how it ends'], ...waitOptions],
    schema: WaitOptions.extend({ wait: z.boolean().default(false) }),
    async run(context, { wait, waitLimit }, [id = '']) {
      const rotation = await context.api.call(retryRotationOperation, { params: { id: idOf(id) } });
      const rotations = wait ? await waitForRotations(context, [rotation], waitLimit) : [rotation];
      context.list(rotations, rotationColumns);
      if (wait) throwFailed(rotations);
    },
  });
  rotateDueCommand(parent, terminal);
}

function listCommand(parent: Command, terminal: Terminal): void {
  define(parent, terminal, {
    name: 'list',
    summary: 'rotations, the newest first',
    options: [
      ['--endpoint <endpoint>', 'of this endpoint, by id, name or address'],
      ['-c, --certificate <certificate>', 'from or to this certificate'],
      ['--state <state>', `one of ${rotationStates.join(', ')}`],
      ...pagingOptions,
    ],
    schema: Paging.extend({ endpoint: z.string().optional(), certificate: z.string().optional(), state: z.enum(rotationStates).optional() }),
    async run(context, { endpoint, certificate, ...rest }) {
      const { api } = context;
      const query = {
        ...rest,
        ...newestFirst,
        ...(endpoint !== undefined && { endpointId: (await findEndpoint(api, endpoint)).id }),
        ...(certificate !== undefined && { certificateId: (await findCertificate(api, certificate)).id }),
      };
      context.page(await api.call(listRotationsOperation, { query }), rotationColumns);
    },
  });
}

function idOf(text: string): string {
  if (!isId(text)) throw new AppError('invalid_argument', `"${text}" is no id of a rotation; "sifaka rotation list" shows them`);
  return text;
}
