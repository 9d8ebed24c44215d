import type { ApiClient } from '@sifaka/api-client';
import {
  createRotationPolicyOperation,
  deleteRotationPolicyOperation,
  getRotationPolicyOperation,
  listRotationPoliciesOperation,
  updateRotationPolicyOperation,
  type RotationPolicyRecord,
} from '@sifaka/contracts';
import { AppError } from '@sifaka/kernel';
import type { Command } from 'commander';
import { z } from 'zod';
import { define, isId } from '../command.js';
import { defineDeletion } from '../deletion.js';
import type { Terminal } from '../terminal.js';

const columns = {
  id: (row: RotationPolicyRecord) => row.id,
  name: (row: RotationPolicyRecord) => row.name,
  'renews before the end': policyWords,
  certificates: (row: RotationPolicyRecord) => row.certificateCount,
};

const whole = z
  .string()
  .regex(/^\d{1,6}$/, { error: 'must be a whole number' })
  .transform(Number);
const Settings = z.object({
  days: whole.optional(),
  hours: whole.optional(),
  fraction: z
    .string()
    .regex(/^0?\.\d{1,6}$/, { error: 'must be a part of the life, such as 0.33' })
    .transform(Number)
    .optional(),
});
const settingOptions = [
  ['--days <days>', 'so many days before the end'],
  ['--hours <hours>', 'so many hours, added to the days'],
  ['--fraction <part>', 'this part of the life before the end, such as 0.33; wins over days and hours'],
] as const;

/** How long before their end certificates are renewed. */
export function rotationPolicyCommands(parent: Command, terminal: Terminal): void {
  define(parent, terminal, {
    name: 'list',
    summary: 'rotation policies',
    schema: z.object({}),
    run: async (context) => context.list((await context.api.call(listRotationPoliciesOperation, { query: { count: 1_000 } })).items, columns),
  });
  define(parent, terminal, {
    name: 'create <name>',
    summary: 'add one',
    options: settingOptions,
    schema: Settings,
    async run(context, { days, hours, fraction }, [name = '']) {
      const body = { name, days, hours, lifetimeFraction: fraction };
      context.list([await context.api.call(createRotationPolicyOperation, { body })], columns);
    },
  });
  define(parent, terminal, {
    name: 'update <policy>',
    summary: 'change it; certificates that have it are planned anew',
    options: [['--name <name>', 'another name'], ...settingOptions],
    schema: Settings.extend({ name: z.string().optional() }),
    async run(context, { name, days, hours, fraction }, [text = '']) {
      const before = await findPolicy(context.api, text);
      // A time that is given takes the place of a part of the life.
      const lifetimeFraction = fraction ?? (days === undefined && hours === undefined ? before.lifetimeFraction : null);
      const body = { name: name ?? before.name, days: days ?? before.days, hours: hours ?? before.hours, lifetimeFraction };
      context.list([await context.api.call(updateRotationPolicyOperation, { params: { id: before.id }, body })], columns);
    },
  });
  defineDeletion(parent, terminal, {
    name: 'delete <policy>',
    summary: 'forget one that no certificate has',
    find: findPolicy,
    remove: (api, id) => api.call(deleteRotationPolicyOperation, { params: { id } }),
  });
}

function policyWords({ days, hours, lifetimeFraction }: RotationPolicyRecord): string {
  if (lifetimeFraction !== null) return `${Math.round(lifetimeFraction * 1_000) / 10} % of the life`;
  return [days === 0 ? '' : `${days} d`, hours === 0 ? '' : `${hours} h`].filter((part) => part !== '').join(' ');
}

/** The rotation policy of an id, or of exactly this name. */
export async function findPolicy(api: ApiClient, text: string): Promise<RotationPolicyRecord> {
  if (isId(text)) return await api.call(getRotationPolicyOperation, { params: { id: text } });
  const { items } = await api.call(listRotationPoliciesOperation, { query: { filter: `name;${text}`, count: 1_000 } });
  const policy = items.find(({ name }) => name === text);
  if (policy === undefined) throw new AppError('not_found', `there is no rotation policy "${text}"`);
  return policy;
}
