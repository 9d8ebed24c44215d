import type { RotationRecord, RotationStep } from '@sifaka/contracts';
import { timestamp } from '@sifaka/kernel';
import type { PlannedRotation, Rotation } from './rotation.js';

export function rotationView(row: Rotation): RotationRecord {
  return {
    ...partsOf(row),
    id: row.id,
    state: row.state,
    attempts: row.attempts,
    lastError: row.last_error,
    // What waits for its turn, or is at it, has no time to name.
    nextTryAt: row.state === 'failed' && row.next_try_at !== null ? timestamp(row.next_try_at) : null,
    requestedAt: timestamp(row.requested_at),
    finishedAt: row.finished_at === null ? null : timestamp(row.finished_at),
    userId: row.user_id,
  };
}

/** What would be done; nothing of it is kept. */
export const planView = (planned: PlannedRotation, now: Date, userId: number | null): RotationRecord => ({
  ...partsOf(planned),
  id: null,
  state: 'planned',
  attempts: 0,
  lastError: null,
  nextTryAt: null,
  requestedAt: timestamp(now),
  finishedAt: null,
  userId,
});

/** The steps of a plan, in words. */
export function plannedSteps({ rotates_by, removes_old, verifies, ...plan }: Omit<PlannedRotation, 'steps'>): RotationStep[] {
  const { endpoint_name: endpoint, new_name: made, old_name: old, destination_label: destination, source_label: source, dnsname, port } = plan;
  const where = `"${endpoint}" (${dnsname}:${port})`;
  const instead = old === null ? '' : ` in place of "${old}"`;
  const deploy = step('deploy', `put certificate "${made}" to destination "${destination}"${rotates_by === 'destination' ? `, which ${where} serves from,${instead} and have it proven there` : ''}`);
  const point = step('point', `have source "${source ?? ''}" make ${where} present "${made}"${instead}`);
  const verify = step('verify', `ask ${where} whether it presents "${made}"`);
  const remove = step('remove', `take certificate "${old ?? ''}" away where nothing else uses it`);
  return [deploy, ...(rotates_by === 'source' ? [point] : []), ...(verifies ? [verify] : []), ...(removes_old && old !== null ? [remove] : [])];
}

export const step = (name: RotationStep['name'], detail: string): RotationStep => ({ name, detail, state: 'planned', error: null, at: null });

const partsOf = (row: PlannedRotation): Pick<RotationRecord, 'endpoint' | 'oldCertificate' | 'newCertificate' | 'steps' | 'removesOld'> => ({
  endpoint: { id: row.endpoint_id, name: row.endpoint_name, dnsname: row.dnsname, port: row.port, type: row.type },
  oldCertificate: row.old_certificate_id === null ? null : { id: row.old_certificate_id, name: row.old_name ?? '' },
  newCertificate: { id: row.new_certificate_id, name: row.new_name },
  steps: row.steps,
  removesOld: row.removes_old,
});
