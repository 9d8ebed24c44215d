import { FollowRenewals } from '../replacement/follow-renewals.js';
import { ReplacementRepository } from '../replacement/replacement.repository.js';
import { CleanReplaced } from './clean-replaced.js';
import { CleanUpDeployment } from './clean-up-deployment.js';
import { CleanupRepository } from './cleanup.repository.js';
import { JudgeCleanup } from './judge-cleanup.js';
import { PlanCleanup } from './plan-cleanup.js';

/** What becomes of certificates that were replaced. */
export const cleanupParts = { providers: [ReplacementRepository, FollowRenewals, CleanupRepository, PlanCleanup, JudgeCleanup, CleanUpDeployment, CleanReplaced] };
