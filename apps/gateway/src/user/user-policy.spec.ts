import { describe, expect, it } from '@jest/globals';
import { refuseMissingBaseRole, roleDifference } from './user-policy.js';

const role = (id: number, name: string) => ({ id, name });

describe('refuseMissingBaseRole', () => {
  it('asks for nothing outside strict mode', () => {
    expect(() => refuseMissingBaseRole([], { strictRoleEnforcement: false })).not.toThrow();
  });

  it.each(['admin', 'operator', 'read-only'])('is content with %s in strict mode', (name) => {
    expect(() => refuseMissingBaseRole([role(9, 'team'), role(1, name)], { strictRoleEnforcement: true })).not.toThrow();
  });

  it('refuses any other set in strict mode', () => {
    expect(() => refuseMissingBaseRole([role(9, 'team'), role(3, 'global_cert_issuer')], { strictRoleEnforcement: true })).toThrow(
      'at least one of the roles',
    );
  });
});

describe('roleDifference', () => {
  it('compares by id, not by name', () => {
    const difference = roleDifference([role(1, 'a'), role(2, 'b')], [role(2, 'renamed'), role(3, 'a')]);
    expect(difference).toEqual({ granted: [role(3, 'a')], withdrawn: [role(1, 'a')] });
  });
});
