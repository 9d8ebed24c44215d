import { AskForDeployments } from './ask-for-deployments.js';
import { AttachDestinations } from './attach-destinations.js';
import { CheckAttachments } from './check-attachments.js';
import { ClearDestination } from './clear-destination.js';
import { CleanDestination } from './clean-destination.js';
import { ClearingRepository } from './clearing.repository.js';
import { DeployCertificate } from './deploy-certificate.js';
import { DeploymentHandlers } from './deployment.handlers.js';
import { DeploymentRepository } from './deployment.repository.js';
import { DeploymentRequests } from './deployment-requests.repository.js';
import { DeploymentRunner } from './deployment-runner.js';
import { DeploymentTrail } from './deployment-trail.js';
import { DeploymentTurns } from './deployment-turns.repository.js';
import { DestinationLeases } from './destination-leases.js';
import { GuardPlaces } from './guard-places.js';
import { HearCertificates } from './hear-certificates.js';
import { HearSightings } from './hear-sightings.js';
import { LastSightings } from './last-sightings.repository.js';
import { MoveDeployments } from './move-deployments.js';
import { PlacedCertificates } from './placed-certificates.js';
import { PrepareTurn } from './prepare-turn.js';
import { ProveServed } from './prove-served.js';
import { ReadDeployments } from './read-deployments.js';
import { RecordProgress } from './record-progress.js';
import { RemoveDeployment } from './remove-deployment.js';
import { ResolveAttachments } from './resolve-attachments.js';
import { RetryDeployment } from './retry-deployment.js';
import { RollBackDeployment } from './roll-back-deployment.js';
import { ServedCertificates } from './served-certificates.js';
import { WakeBlocked } from './wake-blocked.js';
import { WorkOnDeployment } from './work-on-deployment.js';

/** What is asked for, and by whom. */
const asking = [DeploymentRepository, DeploymentRequests, DeploymentTrail, AskForDeployments, AttachDestinations, CheckAttachments, GuardPlaces, ResolveAttachments, RetryDeployment, ReadDeployments, HearCertificates, HearSightings, LastSightings, MoveDeployments];

/** What is done about it. */
const working = [DeploymentTurns, DestinationLeases, DeploymentRunner, WorkOnDeployment, DeployCertificate, RollBackDeployment, RemoveDeployment, RecordProgress, PrepareTurn, PlacedCertificates, WakeBlocked];

export const deploymentParts = {
  controllers: [DeploymentHandlers],
  providers: [...asking, ...working, ProveServed, ServedCertificates, ClearDestination, CleanDestination, ClearingRepository],
};
