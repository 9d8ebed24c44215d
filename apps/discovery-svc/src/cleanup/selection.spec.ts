import { describe, expect, it } from '@jest/globals';
import { isSelected } from './selection.js';

const now = new Date('2026-11-22T12:00:00Z');
const a = (notAfter: string, dateCreated = '2026-01-01T00:00:00Z') => ({ notAfter, dateCreated });

describe('a clean-up', () => {
  it('means what has expired, the moment itself among it', () => {
    expect(isSelected(a('2026-11-22T12:00:00Z'), { kind: 'expired' }, now)).toBe(true);
    expect(isSelected(a('2026-11-22T12:00:01Z'), { kind: 'expired' }, now)).toBe(false);
  });

  it('means what ends within some days, and what has ended', () => {
    const selection = { kind: 'expiring', days: 10 } as const;
    expect(isSelected(a('2026-12-02T11:59:59Z'), selection, now)).toBe(true);
    expect(isSelected(a('2026-12-02T12:00:00Z'), selection, now)).toBe(false);
    expect(isSelected(a('2020-01-01T00:00:00Z'), selection, now)).toBe(true);
  });

  it('means what came into the inventory within some days', () => {
    const selection = { kind: 'issued', days: 10 } as const;
    expect(isSelected(a('2036-01-01T00:00:00Z', '2026-11-13T00:00:00Z'), selection, now)).toBe(true);
    expect(isSelected(a('2036-01-01T00:00:00Z', '2026-11-12T12:00:00Z'), selection, now)).toBe(false);
  });
});
