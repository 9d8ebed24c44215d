/** A certificate that may be the same as another one but for its key (domain-rules DU-2). */
export interface DuplicateCandidate {
  readonly id: number;
  readonly name: string;
  readonly authorityId: number;
  readonly owner: string;
  readonly san: boolean;
  readonly keyType: string | null;
  /** Days, UTC: duplicates are made seconds apart. */
  readonly notBeforeDay: string;
  readonly notAfterDay: string;
  /** Sorted. */
  readonly destinationIds: readonly number[];
  readonly names: readonly string[];
  readonly endpointCount: number;
}

export interface DuplicateVerdict {
  readonly keeps: readonly DuplicateCandidate[];
  readonly loses: readonly DuplicateCandidate[];
}

/**
 * Of certificates with one common name, made on one day: which of them keep their rotation (DU-3).
 *
 * @returns null when they are not all alike: then none of them is touched
 */
export function judgeDuplicates(group: readonly DuplicateCandidate[]): DuplicateVerdict | null {
  const [first, ...others] = [...group].sort((a, b) => a.id - b.id);
  if (first === undefined || others.length === 0) return null;
  if (others.some((other) => likeness(other) !== likeness(first))) return null;
  const presented = [first, ...others].filter(({ endpointCount }) => endpointCount > 0);
  const keeps = presented.length > 0 ? presented : [first];
  return { keeps, loses: [first, ...others].filter((one) => !keeps.includes(one)) };
}

function likeness({ authorityId, owner, san, keyType, notBeforeDay, notAfterDay, destinationIds, names }: DuplicateCandidate): string {
  return JSON.stringify([authorityId, owner, san, keyType, notBeforeDay, notAfterDay, [...destinationIds].sort((a, b) => a - b), [...names].sort()]);
}
