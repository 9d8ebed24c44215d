import { AskOnce } from './ask-once.js';
import { BeginRotations } from './begin-rotations.js';
import { CertificateRotateTask } from './certificate-rotate-task.js';
import { DeployStep } from './deploy-step.js';
import { DestinationStores } from './destination-stores.js';
import { EndpointCalls } from './endpoint-calls.js';
import { FindTargets } from './find-targets.js';
import { PlanRotations } from './plan-rotations.js';
import { ReadRotations } from './read-rotations.js';
import { RecordRotation } from './record-rotation.js';
import { RemoveStep } from './remove-step.js';
import { ReplanRotation } from './replan-rotation.js';
import { RetryRotation } from './retry-rotation.js';
import { RotateReplaced } from './rotate-replaced.js';
import { RotationHandlers } from './rotation.handlers.js';
import { RotationRepository } from './rotation.repository.js';
import { RotationRunner } from './rotation-runner.js';
import { RotationSteps } from './rotation-steps.js';
import { RotationTrail } from './rotation-trail.js';
import { RotationTurns } from './rotation-turns.repository.js';
import { StartRotation } from './start-rotation.js';
import { Successors } from './successors.js';
import { UndoStep } from './undo-step.js';
import { VerifyStep } from './verify-step.js';
import { WorkOnRotation } from './work-on-rotation.js';

/** What is asked for, and by whom. */
const asking = [RotationRepository, RotationTrail, FindTargets, Successors, DestinationStores, PlanRotations, StartRotation, BeginRotations, RetryRotation, ReplanRotation, ReadRotations, RotateReplaced, CertificateRotateTask];

/** What is done about it. */
const working = [RotationTurns, RotationRunner, WorkOnRotation, RotationSteps, RecordRotation, DeployStep, AskOnce, VerifyStep, RemoveStep, UndoStep, EndpointCalls];

export const rotationParts = { controllers: [RotationHandlers], providers: [...asking, ...working] };
