import { ComposeTimeline } from './compose-timeline.js';
import { RenewalController } from './renewal.controller.js';
import { RotationPolicyController } from './rotation-policy.controller.js';

export const renewalControllers = [RenewalController, RotationPolicyController];
export const renewalProviders = [ComposeTimeline];
