import { Inject, Injectable } from '@nestjs/common';
import type { PlacedCertificate } from '@sifaka/contracts';
import { AppError, type Clock } from '@sifaka/kernel';
import { CLOCK } from '@sifaka/runtime';
import type { Deployment } from '../deployment/deployment.js';
import { DeploymentRepository } from '../deployment/deployment.repository.js';
import { PlacedCertificates } from '../deployment/placed-certificates.js';
import { AskOnce } from './ask-once.js';
import { EndpointCalls } from './endpoint-calls.js';
import type { Outcome, RotationTurn } from './rotation.js';
import { unfit } from './successors.js';

/** The end of a deployment is told at once; this is for what goes untold. */
const lookAgainMs = 5_000;
/** For that long a proof of a deployment counts. */
const justNowMs = 60_000;

/** Has the deployment engine put a certificate where the endpoint serves from. */
@Injectable()
export class DeployStep {
  constructor(
    private readonly asking: AskOnce,
    private readonly deployments: DeploymentRepository,
    private readonly placed: PlacedCertificates,
    private readonly endpoints: EndpointCalls,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async run(turn: RotationTurn): Promise<Outcome> {
    const { new_certificate_id, rotates_by, deployment_id } = turn.row;
    const certificate = await this.placed.get(new_certificate_id);
    const why = unfit(certificate, this.clock.now());
    if (why !== null) throw new AppError('failed_precondition', why, { reason: 'rotation.refused' });
    const next = rotates_by === 'source' ? 'point' : turn.row.verifies ? 'verify' : 'confirm';
    if (deployment_id === null && rotates_by === 'destination' && (await this.isThere(turn))) return { kind: 'done', next, detail: 'the endpoint presents it already', isSkipped: true };
    const deployment = await this.of(turn, certificate);
    return ended(deployment, { kind: 'done', next });
  }

  /** The deployment that this phase waits for; asked for once. */
  async of(turn: RotationTurn, certificate: PlacedCertificate): Promise<Deployment | undefined> {
    const { deployment_id } = turn.row;
    return deployment_id === null ? this.asking.run(turn, certificate) : this.deployments.byId(deployment_id);
  }

  /** In place it need not be put again: others that serve from there may have had it put. */
  private async isThere({ row }: RotationTurn): Promise<boolean> {
    const [deployment] = await this.deployments.of(row.new_certificate_id, [row.destination_id]);
    if (deployment?.state !== 'deployed' || deployment.wanted !== 'deployed') return false;
    // A server that was just told may present the old one to a few more: the endpoint is asked after this anyway.
    if (this.clock.now().getTime() - (deployment.deployed_at?.getTime() ?? 0) < justNowMs && deployment.proofs.some(({ isServed, port }) => isServed && port === row.port)) return true;
    return (await this.endpoints.asks(row, row.new_certificate_id)).isServed === true;
  }
}

/** @throws AppError `failed_precondition` for one that has ended without the certificate being there */
export function ended(deployment: Deployment | undefined, done: Outcome): Outcome {
  if (deployment === undefined) throw new AppError('failed_precondition', 'the deployment does not exist any more', { reason: 'rotation.not_deployed' });
  const { state, wanted, last_error, note, next_try_at, destination_label: label } = deployment;
  if (wanted === 'removed') throw new AppError('failed_precondition', `the certificate is not wanted at destination "${label}" any more${note === null ? '' : `: ${note}`}`, { reason: 'rotation.not_deployed' });
  if (state === 'deployed') return done;
  if (state !== 'failed') return { kind: 'wait', pauseMs: lookAgainMs, why: last_error };
  const why = `destination "${label}": ${last_error ?? note ?? 'the deployment failed'}`;
  if (next_try_at === null) throw new AppError('failed_precondition', why, { reason: 'rotation.not_deployed' });
  return { kind: 'wait', pauseMs: Math.max(lookAgainMs, next_try_at.getTime() - Date.now()), why };
}
