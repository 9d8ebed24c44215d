import { RotationPolicies } from './rotation-policies.js';
import { RotationPolicyHandlers } from './rotation-policy.handlers.js';
import { RotationPolicyRepository } from './rotation-policy.repository.js';
import { SaveRotationPolicy } from './save-rotation-policy.js';

/** How long before their end certificates are renewed. */
export const rotationPolicyControllers = [RotationPolicyHandlers];

export const rotationPolicyProviders = [RotationPolicies, RotationPolicyRepository, SaveRotationPolicy];
