import {
  getRotationOperation,
  rotateCertificateOperation,
  rotateDueOperation,
  rotateEndpointOperation,
  type RotationsView,
  type RotationView,
} from '@sifaka/contracts';
import { AppError } from '@sifaka/kernel';
import type { Command } from 'commander';
import { z } from 'zod';
import { define, type Context } from '../command.js';
import { follow } from '../follow.js';
import type { Terminal } from '../terminal.js';
import { findCertificate, findEndpoint, findSource } from './find.js';
import { planColumns, planRows, rotationColumns } from './rotation-fields.js';
import { patienceOf, waitOptions, WaitOptions } from './wait-options.js';

const settingOptions = [
  ['--remove-old', 'take the old certificate away where nothing else uses it'],
  ['--no-verify', 'done without asking the endpoint what it serves'],
  ['--dry-run', 'only say what would be done'],
  ['--wait', 'wait for how it ends'],
  ...waitOptions,
] as const;
const Settings = WaitOptions.extend({
  removeOld: z.boolean().default(false),
  verify: z.boolean().default(true),
  dryRun: z.boolean().default(false),
  wait: z.boolean().default(false),
});
type Settings = z.output<typeof Settings>;
const toOption = ['--to <certificate>', 'present this one, by id or name; otherwise what replaced the one that is presented'] as const;
const regionOption = ['--region <text>', 'only endpoints with this in their DNS name or region'] as const;

const asked = ({ removeOld, verify, dryRun }: Settings) => ({ removeOld, verify, dryRun });
const wanted = async ({ api }: Context, to: string | undefined) => (to === undefined ? {} : { certificate: { id: (await findCertificate(api, to)).id } });

export function rotateEndpointCommand(parent: Command, terminal: Terminal): void {
  define(parent, terminal, {
    name: 'rotate <endpoint>',
    summary: 'make it present another certificate',
    options: [toOption, ...settingOptions],
    schema: Settings.extend({ to: z.string().optional() }),
    async run(context, { to, ...settings }, [name = '']) {
      const { id } = await findEndpoint(context.api, name);
      const body = { ...asked(settings), ...(await wanted(context, to)) };
      await tell(context, await context.api.call(rotateEndpointOperation, { params: { id }, body }), settings);
    },
  });
}

export function rotateCertificateCommand(parent: Command, terminal: Terminal): void {
  define(parent, terminal, {
    name: 'rotate <certificate>',
    summary: 'make every endpoint that presents it present another one',
    options: [toOption, regionOption, ...settingOptions],
    schema: Settings.extend({ to: z.string().optional(), region: z.string().optional() }),
    async run(context, { to, region, ...settings }, [name = '']) {
      const { id } = await findCertificate(context.api, name);
      const body = { ...asked(settings), ...(await wanted(context, to)), region };
      await tell(context, await context.api.call(rotateCertificateOperation, { params: { id }, body }), settings);
    },
  });
}

export function rotateDueCommand(parent: Command, terminal: Terminal): void {
  define(parent, terminal, {
    name: 'due',
    summary: 'rotate every endpoint whose certificate has been replaced; for administrators',
    options: [regionOption, ['--source <source>', 'only endpoints of this source'], ...settingOptions],
    schema: Settings.extend({ region: z.string().optional(), source: z.string().optional() }),
    async run(context, { region, source, ...settings }) {
      const sourceId = source === undefined ? undefined : (await findSource(context.api, source)).id;
      await tell(context, await context.api.call(rotateDueOperation, { body: { ...asked(settings), region, sourceId } }), settings);
    },
  });
}

/**
 * What was begun, or would be.
 *
 * @throws AppError `failed_precondition` when an endpoint cannot be rotated, or a rotation that was waited for failed
 */
async function tell(context: Context, answer: RotationsView, { dryRun, wait, waitLimit }: Settings): Promise<void> {
  const { refused } = answer;
  const rotations = wait && !dryRun ? await waitForRotations(context, answer.rotations, waitLimit) : answer.rotations;
  if (dryRun) context.list(planRows(rotations), planColumns, answer);
  else context.list(rotations, rotationColumns, { rotations, refused });
  for (const { name, reason } of refused) context.terminal.say(`${name}: ${reason}`);
  if (rotations.length === 0 && refused.length === 0) context.terminal.say('no endpoint is to be rotated');
  if (refused.length > 0) throw new AppError('failed_precondition', refused.length === 1 ? 'one endpoint cannot be rotated' : `${refused.length} endpoints cannot be rotated`);
  throwFailed(rotations);
}

export async function waitForRotations(context: Context, rotations: readonly RotationView[], limitMinutes: number): Promise<RotationView[]> {
  const ended: RotationView[] = [];
  for (const rotation of rotations) {
    const { id } = rotation;
    if (id === null) continue;
    ended.push(await follow(rotation, story, patienceOf(context, limitMinutes, () => context.api.call(getRotationOperation, { params: { id } }))));
  }
  return ended;
}

/** @throws AppError `failed_precondition` when one of them failed */
export function throwFailed(rotations: readonly RotationView[]): void {
  const failed = rotations.find(({ state }) => state === 'failed');
  if (failed !== undefined) throw new AppError('failed_precondition', newsOf(failed));
}

const story = {
  newsOf,
  isOver: ({ state, nextTryAt }: RotationView) => (state === 'succeeded' || state === 'failed') && nextTryAt === null,
  unfinished: ({ id, endpoint }: RotationView) => `the rotation of ${endpoint.name} has not ended; it goes on without you: sifaka rotation show ${id}`,
};

function newsOf({ endpoint, newCertificate, state, lastError }: RotationView): string {
  const what = `${endpoint.name} to ${newCertificate.name}: ${state}`;
  return lastError === null ? what : `${what}, ${lastError}`;
}
