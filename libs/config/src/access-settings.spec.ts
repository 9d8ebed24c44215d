import { describe, expect, it } from '@jest/globals';
import { accessSettings, defineConfig, loadConfig } from './index.js';

const required = { DATABASE_URL: 'postgres://u:p@localhost/sifaka', NATS_URL: 'nats://localhost:4222', SIFAKA_CALLER_PUBLIC_KEY: 'x' };

describe('accessSettings', () => {
  it.each(['gateway', 'issuer'])('read the same in %s, by either name', (service) => {
    const load = (env: Record<string, string>) => loadConfig(defineConfig(service, accessSettings), { env: { ...required, ...env } });
    expect(load({})).toMatchObject({
      strictRoleEnforcement: false,
      adminOnlyAuthorityCreation: true,
      enforceReplacesAuthorization: true,
      sensitiveDomainRoles: [],
    });
    for (const prefix of ['SIFAKA_', 'LEMUR_'])
      expect(load({ [`${prefix}STRICT_ROLE_ENFORCEMENT`]: 'true', SENSITIVE_DOMAIN_ROLES: '["payments"]' })).toMatchObject({
        strictRoleEnforcement: true,
        sensitiveDomainRoles: ['payments'],
      });
  });
});
