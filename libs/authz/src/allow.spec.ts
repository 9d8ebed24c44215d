import { describe, expect, it } from '@jest/globals';
import type { Principal } from '@sifaka/contracts';
import { allow, defaultAccessRules, isAllowed, type AccessRules, type Action, type ObjectOf } from './index.js';

const roleIds: Record<string, number> = { admin: 1, operator: 2, global_cert_issuer: 3, 'read-only': 4, 'payments@corp.test': 20, 'Corp CA_admin': 21 };

function aCaller(...roles: string[]): Principal {
  return {
    kind: 'user',
    userId: 12,
    username: 'rivera',
    email: 'rivera@corp.test',
    roles: roles.map((name) => ({ id: roleIds[name] ?? 99, name })),
    apiKeyId: null,
    sourceIp: null,
    userAgent: null,
  };
}

const plain = aCaller();
const operator = aCaller('operator');
const readOnly = aCaller('read-only');
const admin = aCaller('admin');
const system: Principal = { kind: 'system', service: 'acme' };

const authority = { name: 'Corp CA', roleIds: [21, 22], userId: 1 };
const certificate = { name: 'shop.corp.test', roleIds: [20], userId: 1 };

const columns: [string, Principal][] = [
  ['plain', plain],
  ['operator', operator],
  ['read-only', readOnly],
  ['admin', admin],
  ['system', system],
];

function row<A extends Action>(action: A, object: ObjectOf<A>, rules: Partial<AccessRules> = {}): string {
  return columns.filter(([, principal]) => isAllowed(principal, action, object, { ...defaultAccessRules, ...rules })).map(([name]) => name).join(' ');
}

describe('permission matrix', () => {
  it.each([
    ['an authority is created by administrators', row('authority:create', null), 'admin system'],
    ['an authority is changed by those who hold its roles', row('authority:update', authority), 'admin system'],
    ['a certificate is issued by those who hold a role of the authority', row('certificate:issue', authority), 'admin system'],
    ['a certificate is uploaded by everybody but read-only', row('certificate:upload', null), 'plain operator admin system'],
    ['a certificate is filed under an authority by those who hold its roles', row('certificate:upload', authority), 'admin system'],
    ['a certificate is changed by its roles and its creator', row('certificate:write', certificate), 'admin system'],
    ['a domain is created by everybody but read-only', row('domain:create', null), 'plain operator admin system'],
    ['a domain is changed by administrators', row('domain:update', null), 'admin system'],
    ['a notification is changed by everybody but read-only', row('notification:write', null), 'plain operator admin system'],
    ['a role is seen by its members', row('role:see', { id: 20, name: 'payments@corp.test' }), 'admin system'],
    ['API keys of others are used by administrators', row('api_key:use', { userId: 1 }), 'admin system'],
  ])('%s', (_title, allowed, expected) => {
    expect(allowed).toBe(expected);
  });
});

describe('strict roles', () => {
  it.each([
    ['upload', row('certificate:upload', null, { strictRoles: true }), 'operator admin system'],
    ['domain', row('domain:create', null, { strictRoles: true }), 'operator admin system'],
    ['notification', row('notification:write', null, { strictRoles: true }), 'operator admin system'],
    ['issue without a role of the authority', row('certificate:issue', authority, { strictRoles: true }), 'admin system'],
  ])('leave %s to admin and operator', (_title, allowed, expected) => {
    expect(allowed).toBe(expected);
  });
});

describe('authority creation open to all', () => {
  const open = { adminOnlyAuthorityCreation: false };

  it('lets everybody but read-only create a root', () => {
    expect(row('authority:create', null, open)).toBe('plain operator admin system');
  });

  it('asks for a role of the parent below it', () => {
    expect(row('authority:create', authority, open)).toBe('admin system');
    expect(isAllowed(aCaller('Corp CA_admin'), 'authority:create', authority, { ...defaultAccessRules, ...open })).toBe(true);
  });
});

describe('allow', () => {
  it('lets the creator write a certificate without holding a role of it', () => {
    expect(isAllowed(plain, 'certificate:write', { ...certificate, userId: 12 })).toBe(true);
  });

  it('does not take two nulls for the same creator', () => {
    expect(isAllowed(plain, 'certificate:write', { ...certificate, userId: null })).toBe(false);
  });

  it('lets a member of the owner role write a certificate', () => {
    expect(isAllowed(aCaller('payments@corp.test'), 'certificate:write', certificate)).toBe(true);
  });

  it('refuses an administrator who is read-only at the role gate, and nowhere else', () => {
    const both = aCaller('admin', 'read-only');
    expect(isAllowed(both, 'certificate:issue', authority)).toBe(false);
    expect(isAllowed(both, 'certificate:write', certificate)).toBe(true);
  });

  it('shows an authority to its creator, who may still not use it', () => {
    const own = { ...authority, userId: 12 };
    expect(isAllowed(plain, 'authority:see', own)).toBe(true);
    expect(isAllowed(plain, 'authority:update', own)).toBe(false);
    expect(isAllowed(plain, 'certificate:issue', own)).toBe(false);
  });

  it('lets anybody replace anything when replacements are not enforced', () => {
    expect(isAllowed(plain, 'certificate:replace', certificate)).toBe(false);
    expect(isAllowed(plain, 'certificate:replace', certificate, { ...defaultAccessRules, enforceReplaces: false })).toBe(true);
  });

  it('opens domains to the configured roles', () => {
    const rules = { ...defaultAccessRules, sensitiveDomainRoles: ['payments@corp.test'] };
    expect(isAllowed(aCaller('payments@corp.test'), 'domain:update', null, rules)).toBe(true);
  });

  it('says who may not do what, and what is needed', () => {
    expect(() => allow(plain, 'certificate:issue', authority)).toThrow(
      'rivera may not issue certificates from authority "Corp CA": needs role admin or a role of authority "Corp CA"',
    );
  });
});
