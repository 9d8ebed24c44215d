import { z } from 'zod';
import { setting } from './setting.js';

/**
 * What an installation decides about access. The gateway asks before it forwards, the service asks again where the
 * object lives: both read these settings, and both must be started with the same values.
 */
export const accessSettings = {
  strictRoleEnforcement: setting(z.boolean().default(false), {
    env: ['SIFAKA_STRICT_ROLE_ENFORCEMENT', 'LEMUR_STRICT_ROLE_ENFORCEMENT'],
    describe: 'Only admin and operator may write, and every user must hold admin, operator or read-only. The same for all services.',
  }),
  adminOnlyAuthorityCreation: setting(z.boolean().default(true), {
    env: ['SIFAKA_ADMIN_ONLY_AUTHORITY_CREATION', 'ADMIN_ONLY_AUTHORITY_CREATION'],
    describe: 'Authorities are created by administrators alone. The same for all services.',
  }),
  enforceReplacesAuthorization: setting(z.boolean().default(true), {
    env: ['SIFAKA_ENFORCE_REPLACES_AUTHORIZATION', 'ENFORCE_REPLACES_AUTHORIZATION'],
    describe: 'A certificate may name as replaced only those that the caller may write. The same for all services.',
  }),
  sensitiveDomainRoles: setting(z.array(z.string()).default([]), {
    env: ['SIFAKA_SENSITIVE_DOMAIN_ROLES', 'SENSITIVE_DOMAIN_ROLES'],
    describe:
      'Names of roles that, like admin, may use sensitive and not allowed domains and mark domains as sensitive. The same for all services.',
  }),
} as const;
