import type { AnswerOf } from '@sifaka/api-client';
import {
  deliveryStates,
  getDeliveryOperation,
  listDeliveriesOperation,
  listNotificationDeliveriesOperation,
  messageTypes,
  retryDeliveryOperation,
  retryFailedDeliveriesOperation,
  retryNotificationDeliveriesOperation,
  type DeliveryRecord,
} from '@sifaka/contracts';
import { AppError } from '@sifaka/kernel';
import type { Command } from 'commander';
import { z } from 'zod';
import { define, isId, newestFirst, Paging, pagingOptions } from '../command.js';
import type { Terminal } from '../terminal.js';
import { findCertificate, findNotification } from './find.js';

type Detail = AnswerOf<typeof getDeliveryOperation>;

const columns = {
  id: (row: DeliveryRecord) => row.id,
  at: (row: DeliveryRecord) => row.createdAt,
  message: (row: DeliveryRecord) => row.type,
  by: (row: DeliveryRecord) => row.notification?.label ?? row.plugin,
  to: (row: DeliveryRecord) => row.recipients,
  state: (row: DeliveryRecord) => row.state,
  tries: (row: DeliveryRecord) => row.attempts,
  'next try': (row: DeliveryRecord) => row.nextTryAt,
  'last error': (row: DeliveryRecord) => row.lastError,
};

const fields = {
  Id: (row: Detail) => row.id,
  Message: (row: Detail) => row.type,
  Notification: (row: Detail) => row.notification?.label ?? 'the platform itself',
  Plugin: (row: Detail) => row.plugin,
  To: (row: Detail) => row.recipients,
  State: (row: Detail) => row.state,
  'Last error': (row: Detail) => row.lastError,
  'Next try': (row: Detail) => row.nextTryAt,
  Delivered: (row: Detail) => row.deliveredAt,
  Certificates: (row: Detail) => row.certificateIds.join(', '),
  History: (row: Detail) => row.history.map(({ at, state, detail }) => `${at}  ${state}${detail === null ? '' : `: ${detail}`}`).join('\n'),
  Subject: (row: Detail) => row.subject,
  Text: (row: Detail) => row.text,
};

/** Messages on their way to people and programs. */
export function deliveryCommands(parent: Command, terminal: Terminal): void {
  define(parent, terminal, {
    name: 'list',
    summary: 'messages, the newest first',
    options: [
      ['--notification <notification>', 'of this notification, by id or label'],
      ['-c, --certificate <certificate>', 'about this certificate, by id or name'],
      ['--state <state>', `one of ${deliveryStates.join(', ')}`],
      ['--type <type>', `one of ${messageTypes.join(', ')}`],
      ...pagingOptions,
    ],
    schema: Paging.extend({ notification: z.string().optional(), certificate: z.string().optional(), state: z.enum(deliveryStates).optional(), type: z.enum(messageTypes).optional() }),
    async run(context, { notification, certificate, ...rest }) {
      const { api } = context;
      const query = { ...rest, ...newestFirst, ...(certificate !== undefined && { certificateId: (await findCertificate(api, certificate)).id }) };
      const answer =
        notification === undefined
          ? await api.call(listDeliveriesOperation, { query })
          : await api.call(listNotificationDeliveriesOperation, { params: { id: (await findNotification(api, notification)).id }, query });
      context.page(answer, columns);
    },
  });
  define(parent, terminal, {
    name: 'show <delivery>',
    summary: 'one with its text and history, by id',
    schema: z.object({}),
    run: async (context, _, [id = '']) => context.object(await context.api.call(getDeliveryOperation, { params: { id: idOf(id) } }), fields),
  });
  define(parent, terminal, {
    name: 'retry [delivery]',
    summary: 'try a failed or waiting one now, or all failed ones',
    options: [
      ['--notification <notification>', 'everything that was given up of this notification, by id or label; a thousand at a time'],
      ['--all', 'everything that was given up, for administrators; a thousand at a time'],
    ],
    schema: z.object({ notification: z.string().optional(), all: z.boolean().default(false) }),
    async run(context, { notification, all }, [id]) {
      const { api } = context;
      if ([id !== undefined, notification !== undefined, all].filter(Boolean).length !== 1) throw new AppError('invalid_argument', 'name a delivery, or a notification by --notification, or say --all');
      if (id !== undefined) {
        context.list([await api.call(retryDeliveryOperation, { params: { id: idOf(id) } })], columns);
        return;
      }
      const { retriedIds } =
        notification === undefined
          ? await api.call(retryFailedDeliveriesOperation, {})
          : await api.call(retryNotificationDeliveriesOperation, { params: { id: (await findNotification(api, notification)).id } });
      context.object({ retriedIds }, { Retried: (row) => row.retriedIds.join(', ') });
    },
  });
}

function idOf(text: string): string {
  if (!isId(text)) throw new AppError('invalid_argument', `"${text}" is no id of a delivery; "sifaka delivery list" shows them`);
  return text;
}
