import {
  createNotificationOperation,
  deleteNotificationOperation,
  listNotificationCertificatesOperation,
  listNotificationsOperation,
  messageTypes,
  previewNotificationOperation,
  testNotificationOperation,
  updateNotificationOperation,
  type NotificationView,
} from '@sifaka/contracts';
import { AppError } from '@sifaka/kernel';
import type { Command } from 'commander';
import { z } from 'zod';
import { define, Paging, pagingOptions } from '../command.js';
import { pluginOptions, secretFlags, setFlags, SetOptions } from '../plugin-options.js';
import type { Terminal } from '../terminal.js';
import { findCertificate, findNotification } from './find.js';
import { changed, OptionedChange, optionedDeletion, optionedFields, optionedReads, optionedTest, type OptionedKind } from './optioned.js';

const valueOf = (row: NotificationView, option: string): unknown => row.options.find(({ name }) => name === option)?.value;
const whenOf = (row: NotificationView): string => [valueOf(row, 'interval'), valueOf(row, 'unit')].flatMap((part) => (typeof part === 'string' || typeof part === 'number' ? [part] : [])).join(' ');

const { Id, Label, Type, Description, Options } = optionedFields;
const fields = {
  Id,
  Label,
  Type,
  Active: (row: NotificationView) => (row.active ? 'yes' : 'no'),
  Description,
  Options,
};

const notifications: OptionedKind<NotificationView> = {
  kind: 'notification',
  columns: {
    id: (row) => row.id,
    label: (row) => row.label,
    type: (row) => row.plugin.slug,
    before: whenOf,
    active: (row) => (row.active ? 'yes' : 'no'),
    to: (row) => valueOf(row, 'recipients'),
  },
  fields,
  find: findNotification,
  list: (api, query) => api.call(listNotificationsOperation, { query }),
  test: (api, id) => api.call(testNotificationOperation, { params: { id } }),
  remove: (api, id) => api.call(deleteNotificationOperation, { params: { id } }),
};

/** Who is told before certificates end, and how. */
export function notificationCommands(parent: Command, terminal: Terminal): void {
  optionedReads(parent, terminal, notifications, 'notifications, the newest first');
  define(parent, terminal, {
    name: 'certificates <notification>',
    summary: 'certificates that it hangs on',
    options: pagingOptions,
    schema: Paging,
    async run(context, window, [name = '']) {
      const { id } = await findNotification(context.api, name);
      const answer = await context.api.call(listNotificationCertificatesOperation, { params: { id }, query: window });
      context.page(answer, { id: (row) => row.id, name: (row) => row.name, 'not after': (row) => row.notAfter, owner: (row) => row.owner });
    },
  });
  createCommand(parent, terminal);
  updateCommand(parent, terminal);
  optionedTest(parent, terminal, notifications, 'send a test message');
  define(parent, terminal, {
    name: 'preview <type>',
    summary: `a message as it would be sent, with made-up certificates: ${messageTypes.join(', ')}`,
    schema: z.object({}),
    run: async (context, _, [type = '']) =>
      context.object(await context.api.call(previewNotificationOperation, { params: { type } }), { Subject: (row) => row.subject, Text: (row) => row.text }),
  });
  optionedDeletion(parent, terminal, notifications, { summary: 'forget it; what it still had to deliver is dropped' });
}

function createCommand(parent: Command, terminal: Terminal): void {
  define(parent, terminal, {
    name: 'create <label>',
    summary: 'add one',
    required: [['--type <plugin>', 'such as slack-notification; "sifaka notification types" lists them']],
    options: [setFlags, secretFlags, ['--certificate <certificate...>', 'hang it on these, by id or name'], ['--description <text>', 'who is told, and why']],
    schema: z.object({ type: z.string(), set: SetOptions, secret: z.string().optional(), certificate: z.array(z.string()).default([]), description: z.string().default('') }),
    async run(context, { type, set, secret, certificate, description }, [label = '']) {
      const plugin = { slug: type, pluginOptions: await pluginOptions(terminal, set, secret) };
      const certificates = await Promise.all(certificate.map(async (name) => ({ id: (await findCertificate(context.api, name)).id })));
      context.object(await context.api.call(createNotificationOperation, { body: { label, description, plugin, certificates } }), fields);
    },
  });
}

function updateCommand(parent: Command, terminal: Terminal): void {
  define(parent, terminal, {
    name: 'update <notification>',
    summary: 'change it; what is not named stays',
    options: [
      setFlags,
      secretFlags,
      ['--label <label>', 'another label'],
      ['--description <text>', 'who is told, and why'],
      ['--on', 'it is sent'],
      ['--off', 'it is not sent'],
      ['--add <certificate...>', 'hang it on these, by id or name'],
      ['--remove <certificate...>', 'take it from these'],
    ],
    schema: OptionedChange.extend({
      on: z.boolean().default(false),
      off: z.boolean().default(false),
      add: z.array(z.string()).default([]),
      remove: z.array(z.string()).default([]),
    }),
    async run(context, { on, off, add, remove, ...change }, [name = '']) {
      if (on && off) throw new AppError('invalid_argument', '--on and --off cannot both be meant');
      const before = await findNotification(context.api, name);
      const refs = (names: readonly string[]) => Promise.all(names.map(async (each) => ({ id: (await findCertificate(context.api, each)).id })));
      const body = {
        ...(await changed(terminal, before, change)),
        ...((on || off) && { active: on }),
        addedCertificates: await refs(add),
        removedCertificates: await refs(remove),
      };
      context.object(await context.api.call(updateNotificationOperation, { params: { id: before.id }, body }), fields);
    },
  });
}
