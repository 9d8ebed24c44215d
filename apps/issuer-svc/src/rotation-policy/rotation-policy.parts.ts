import { RotationPolicies } from './rotation-policies.js';

export const rotationPolicyProviders = [RotationPolicies];
