import { getDeploymentOperation, type DeploymentView } from '@sifaka/contracts';
import { AppError } from '@sifaka/kernel';
import type { Context } from '../command.js';
import { follow } from '../follow.js';
import { patienceOf } from './wait-options.js';

/** Waits until nothing more happens to them by itself, one after the other; `fault` is what a script should end with. */
export async function waitForDeployments(context: Context, deployments: readonly DeploymentView[], limitMinutes: number): Promise<{ ended: DeploymentView[]; fault: AppError | null }> {
  const ended: DeploymentView[] = [];
  for (const deployment of deployments) {
    const read = () => context.api.call(getDeploymentOperation, { params: { id: deployment.id } });
    ended.push(await follow(deployment, story, patienceOf<DeploymentView>(context, limitMinutes, read)));
  }
  const failed = ended.filter(({ state }) => state === 'failed');
  const [first] = failed;
  const fault = first === undefined ? null : new AppError('failed_precondition', failed.length === 1 ? newsOf(first) : `${failed.length} of ${ended.length} failed; the first: ${newsOf(first)}`);
  return { ended, fault };
}

const story = {
  newsOf,
  isOver: ({ state, nextTryAt }: DeploymentView) => state !== 'pending' && state !== 'running' && nextTryAt === null,
  unfinished: ({ id, destinationLabel }: DeploymentView) => `deployment ${id} to ${destinationLabel} has not ended; it goes on without you: sifaka deployment show ${id}`,
};

function newsOf({ certificateId, destinationLabel, state, isRolledBack, lastError, note, attempts }: DeploymentView): string {
  const what = `certificate ${certificateId} at ${destinationLabel}: ${state}${isRolledBack && state === 'failed' ? ', rolled back' : ''}`;
  const why = lastError ?? note;
  if (state === 'pending' && lastError !== null) return `${what} after ${attempts} ${attempts === 1 ? 'try' : 'tries'}, ${lastError}`;
  return why === null ? what : `${what}, ${why}`;
}
