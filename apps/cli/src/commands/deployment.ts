import {
  deploymentStates,
  getDeploymentOperation,
  listCertificateDeploymentsOperation,
  listDeploymentsOperation,
  listDestinationDeploymentsOperation,
  retryDeploymentOperation,
  type DeploymentDetailView,
  type DeploymentView,
} from '@sifaka/contracts';
import { AppError } from '@sifaka/kernel';
import type { Command } from 'commander';
import { z } from 'zod';
import { define, isId, newestFirst, Paging, pagingOptions, type Context } from '../command.js';
import type { Terminal } from '../terminal.js';
import { findCertificate, findDestination } from './find.js';
import { waitForDeployments } from './wait-for-deployments.js';
import { waitOptions, WaitOptions } from './wait-options.js';

const columns = {
  id: (row: DeploymentView) => row.id,
  certificate: (row: DeploymentView) => row.certificateId,
  destination: (row: DeploymentView) => row.destinationLabel,
  type: (row: DeploymentView) => row.plugin,
  state: (row: DeploymentView) => stateOf(row),
  tries: (row: DeploymentView) => row.attempts,
  'next try': (row: DeploymentView) => row.nextTryAt,
  'last news': (row: DeploymentView) => row.lastError ?? row.note,
};

const fields = {
  Id: (row: DeploymentDetailView) => row.id,
  Certificate: (row: DeploymentDetailView) => row.certificateId,
  Fingerprint: (row: DeploymentDetailView) => row.fingerprint,
  Destination: (row: DeploymentDetailView) => `${row.destinationLabel} (${row.plugin})`,
  'Known there as': (row: DeploymentDetailView) => row.externalId,
  State: (row: DeploymentDetailView) => stateOf(row),
  'Last error': (row: DeploymentDetailView) => row.lastError,
  Note: (row: DeploymentDetailView) => row.note,
  Tries: (row: DeploymentDetailView) => row.attempts,
  'Next try': (row: DeploymentDetailView) => row.nextTryAt,
  Served: (row: DeploymentDetailView) => row.proofs.map(proofLine).join('\n'),
  Deployed: (row: DeploymentDetailView) => row.deployedAt,
  Removed: (row: DeploymentDetailView) => row.removedAt,
  History: (row: DeploymentDetailView) => row.history.map(({ at, what, detail }) => `${at}  ${what.replaceAll('_', ' ')}${detail === null ? '' : `: ${detail}`}`).join('\n'),
};

const stateOf = ({ state, wanted, isRolledBack }: DeploymentView): string => {
  if (state === 'failed' && isRolledBack) return 'failed, rolled back';
  return wanted === 'removed' && state !== 'removed' ? `${state}, to be removed` : state;
};

const proofLine = ({ host, port, startTls, serverName, isServed, detail }: DeploymentView['proofs'][number]): string =>
  `${startTls === null ? '' : `${startTls}:`}${host}:${port}${serverName === null ? '' : `#${serverName}`}  ${isServed ? 'yes' : 'no'}${detail === null ? '' : `: ${detail}`}`;

const placeOptions = [
  ['-c, --certificate <certificate>', 'of this certificate, by id or name'],
  ['-d, --destination <destination>', 'at this destination, by id or label'],
] as const;
const Place = z.object({ certificate: z.string().optional(), destination: z.string().optional() });
type Place = z.output<typeof Place>;

type Query = { count?: number; page?: number; state?: (typeof deploymentStates)[number] };

export function deploymentCommands(parent: Command, terminal: Terminal): void {
  define(parent, terminal, {
    name: 'list',
    summary: 'deployments, the newest first',
    options: [...placeOptions, ['--state <state>', `one of ${deploymentStates.join(', ')}`], ...pagingOptions],
    schema: Paging.extend(Place.shape).extend({ state: z.enum(deploymentStates).optional() }),
    async run(context, { certificate, destination, ...query }) {
      context.page(await read(context, { certificate, destination }, query), columns);
    },
  });
  define(parent, terminal, {
    name: 'show <deployment>',
    summary: 'one with its history, by id',
    schema: z.object({}),
    run: async (context, _, [id = '']) => context.object(await context.api.call(getDeploymentOperation, { params: { id: idOf(id) } }), fields),
  });
  retryCommand(parent, terminal);
}

function retryCommand(parent: Command, terminal: Terminal): void {
  define(parent, terminal, {
    name: 'retry [deployment]',
    summary: 'deploy now: one by id, or those that failed of a certificate or at a destination',
    options: [...placeOptions, ['--all', 'with those that did not fail: they are looked at, and put right'], ['--wait', 'wait for how they end'], ...waitOptions],
    schema: WaitOptions.extend(Place.shape).extend({ all: z.boolean().default(false), wait: z.boolean().default(false) }),
    async run(context, { all, wait, waitLimit, ...place }, [id]) {
      const chosen = id === undefined ? await failedOnes(context, place, all) : [Number(idOf(id))];
      const retried: DeploymentView[] = [];
      for (const each of chosen) retried.push(await context.api.call(retryDeploymentOperation, { params: { id: each } }));
      if (!wait) {
        context.list(retried, columns);
        return;
      }
      const { ended, fault } = await waitForDeployments(context, retried, waitLimit);
      context.list(ended, columns);
      if (fault !== null) throw fault;
    },
  });
}

/** What was taken away, or was put aside by another, is not brought back in bulk. */
async function failedOnes(context: Context, place: Place, all: boolean): Promise<number[]> {
  if (place.certificate === undefined && place.destination === undefined) throw new AppError('invalid_argument', 'name a deployment, or give --certificate or --destination');
  const { items, total } = await read(context, place, { count: 1_000, ...(!all && { state: 'failed' as const }) });
  if (total > items.length) throw new AppError('invalid_argument', `${total} deployments are meant: more than the ${items.length} that are retried at once`);
  const chosen = items.filter(({ state }) => state !== 'removed').map(({ id }) => id);
  if (chosen.length === 0) throw new AppError('failed_precondition', all ? 'nothing is deployed there' : 'nothing failed there; --all takes the others too');
  return chosen;
}

async function read({ api }: Context, { certificate, destination }: Place, window: Query): Promise<{ items: readonly DeploymentView[]; total: number }> {
  const query = { ...newestFirst, ...window };
  const destinationId = destination === undefined ? null : (await findDestination(api, destination)).id;
  if (certificate !== undefined) {
    const { id } = await findCertificate(api, certificate);
    const answer = await api.call(listCertificateDeploymentsOperation, { params: { id }, query: destinationId === null ? query : { ...query, count: 1_000, page: 1 } });
    if (destinationId === null) return answer;
    const items = answer.items.filter((each) => each.destinationId === destinationId);
    return { items, total: items.length };
  }
  if (destinationId !== null) return await api.call(listDestinationDeploymentsOperation, { params: { id: destinationId }, query });
  return await api.call(listDeploymentsOperation, { query });
}

function idOf(text: string): string {
  if (!isId(text)) throw new AppError('invalid_argument', `"${text}" is no id of a deployment; "sifaka deployment list" shows them`);
  return text;
}
