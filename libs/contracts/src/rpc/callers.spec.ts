import { describe, expect, it } from '@jest/globals';
import { allContracts } from '../registry.js';
import { issueCertificate } from './certificate.js';
import { exportKey, importKey, listSignatures } from './keyvault.js';

describe('callers', () => {
  it('of commands that act for a user are the gateway, which knows the user: a service of its own accord is the system', () => {
    expect(issueCertificate.callers).toEqual(['gateway']);
  });

  it('of keyvault are those that need the operation', () => {
    expect(importKey.callers).toEqual(['issuer', 'acme']);
    expect(listSignatures.callers).toEqual(['issuer']);
    expect(exportKey.callers).toEqual(['issuer', 'deploy']);
  });

  it('make no circle: whoever waits for an answer is never waited for by the one who gives it', () => {
    const asks = new Map<string, Set<string>>();
    for (const { service, callers } of allContracts) for (const caller of callers) asks.set(caller, (asks.get(caller) ?? new Set()).add(service));
    const reaches = (from: string, to: string, seen = new Set<string>()): boolean =>
      [...(asks.get(from) ?? [])].some((next) => next === to || (!seen.has(next) && reaches(next, to, seen.add(next))));
    expect([...asks.keys()].filter((service) => reaches(service, service))).toEqual([]);
  });
});
