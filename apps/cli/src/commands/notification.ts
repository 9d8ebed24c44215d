import {
  createNotificationOperation,
  deleteNotificationOperation,
  listNotificationCertificatesOperation,
  listNotificationsOperation,
  listPluginsOperation,
  messageTypes,
  previewNotificationOperation,
  testNotificationOperation,
  updateNotificationOperation,
  type NotificationView,
} from '@sifaka/contracts';
import { AppError } from '@sifaka/kernel';
import type { Command } from 'commander';
import { z } from 'zod';
import { confirm, define, newestFirst, Paging, pagingOptions } from '../command.js';
import { changedOptions, optionLines, pluginOptions, secretFlags, setFlags, SetOptions, typeColumns } from '../plugin-options.js';
import type { Terminal } from '../terminal.js';
import { findCertificate, findNotification } from './find.js';
import { tell } from './test-report.js';

const valueOf = (row: NotificationView, option: string): unknown => row.options.find(({ name }) => name === option)?.value;
const whenOf = (row: NotificationView): string => [valueOf(row, 'interval'), valueOf(row, 'unit')].flatMap((part) => (typeof part === 'string' || typeof part === 'number' ? [part] : [])).join(' ');

const columns = {
  id: (row: NotificationView) => row.id,
  label: (row: NotificationView) => row.label,
  type: (row: NotificationView) => row.plugin.slug,
  before: whenOf,
  active: (row: NotificationView) => (row.active ? 'yes' : 'no'),
  to: (row: NotificationView) => valueOf(row, 'recipients'),
};

const fields = {
  Id: (row: NotificationView) => row.id,
  Label: (row: NotificationView) => row.label,
  Type: (row: NotificationView) => `${row.plugin.slug} (${row.plugin.title})`,
  Active: (row: NotificationView) => (row.active ? 'yes' : 'no'),
  Description: (row: NotificationView) => row.description,
  Options: (row: NotificationView) => optionLines(row.options),
};

/** Who is told before certificates end, and how. */
export function notificationCommands(parent: Command, terminal: Terminal): void {
  define(parent, terminal, {
    name: 'list',
    summary: 'notifications, the newest first',
    options: pagingOptions,
    schema: Paging,
    async run(context, window) {
      const { items, total } = await context.api.call(listNotificationsOperation, { query: { ...window, ...newestFirst } });
      context.list(items, columns);
      if (total > items.length) terminal.say(`${items.length} of ${total}`);
    },
  });
  define(parent, terminal, {
    name: 'types',
    summary: 'what can be added, and what each type needs to know',
    schema: z.object({}),
    run: async (context) => context.list((await context.api.call(listPluginsOperation, { query: { type: 'notification' } })).items, typeColumns),
  });
  define(parent, terminal, {
    name: 'show <notification>',
    summary: 'one, by id or label',
    schema: z.object({}),
    run: async (context, _, [name = '']) => context.object(await findNotification(context.api, name), fields),
  });
  define(parent, terminal, {
    name: 'certificates <notification>',
    summary: 'certificates that it hangs on',
    options: pagingOptions,
    schema: Paging,
    async run(context, window, [name = '']) {
      const { id } = await findNotification(context.api, name);
      const { items, total } = await context.api.call(listNotificationCertificatesOperation, { params: { id }, query: window });
      context.list(items, { id: (row) => row.id, name: (row) => row.name, 'not after': (row) => row.notAfter, owner: (row) => row.owner });
      if (total > items.length) terminal.say(`${items.length} of ${total}`);
    },
  });
  createCommand(parent, terminal);
  updateCommand(parent, terminal);
  define(parent, terminal, {
    name: 'test <notification>',
    summary: 'send a test message',
    schema: z.object({}),
    async run(context, _, [name = '']) {
      const { id, label } = await findNotification(context.api, name);
      tell(context, label, await context.api.call(testNotificationOperation, { params: { id } }));
    },
  });
  define(parent, terminal, {
    name: 'preview <type>',
    summary: `a message as it would be sent, with made-up certificates: ${messageTypes.join(', ')}`,
    schema: z.object({}),
    run: async (context, _, [type = '']) =>
      context.object(await context.api.call(previewNotificationOperation, { params: { type } }), { Subject: (row) => row.subject, Text: (row) => row.text }),
  });
  deleteCommand(parent, terminal);
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
    schema: z.object({
      set: SetOptions,
      secret: z.string().optional(),
      label: z.string().optional(),
      description: z.string().optional(),
      on: z.boolean().default(false),
      off: z.boolean().default(false),
      add: z.array(z.string()).default([]),
      remove: z.array(z.string()).default([]),
    }),
    async run(context, { set, secret, label, description, on, off, add, remove }, [name = '']) {
      if (on && off) throw new AppError('invalid_argument', '--on and --off cannot both be meant');
      const before = await findNotification(context.api, name);
      const refs = (names: readonly string[]) => Promise.all(names.map(async (each) => ({ id: (await findCertificate(context.api, each)).id })));
      const body = {
        label: label ?? before.label,
        description: description ?? before.description ?? '',
        plugin: { slug: before.plugin.slug, pluginOptions: changedOptions(before.options, await pluginOptions(terminal, set, secret)) },
        ...((on || off) && { active: on }),
        addedCertificates: await refs(add),
        removedCertificates: await refs(remove),
      };
      context.object(await context.api.call(updateNotificationOperation, { params: { id: before.id }, body }), fields);
    },
  });
}

function deleteCommand(parent: Command, terminal: Terminal): void {
  define(parent, terminal, {
    name: 'delete <notification>',
    summary: 'forget it; what it still had to deliver is dropped',
    options: [['-y, --yes', 'without asking']],
    schema: z.object({ yes: z.boolean().default(false) }),
    async run({ api }, { yes }, [name = '']) {
      const { id, label } = await findNotification(api, name);
      if (!yes && !(await confirm(terminal, 'Delete', label))) throw new AppError('failed_precondition', 'nothing was deleted');
      await api.call(deleteNotificationOperation, { params: { id } });
      terminal.say(`${label} is deleted`);
    },
  });
}
