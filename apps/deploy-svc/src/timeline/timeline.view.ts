import type { TimelineEntry } from '@sifaka/contracts';
import { timestamp } from '@sifaka/kernel';
import type { PlannedCleanup } from '../cleanup/plan-cleanup.js';
import type { Deployment } from '../deployment/deployment.js';
import type { Replacement } from '../replacement/replacement.repository.js';
import type { Rotation } from '../rotation/rotation.js';

const at = (date: Date | null): string | null => (date === null ? null : timestamp(date));

/** A certificate at one destination: what was, and what comes. */
export function deploymentEntries(row: Deployment): TimelineEntry[] {
  const object = { type: 'deployment' as const, id: row.id };
  const place = `destination "${row.destination_label}"`;
  const been: TimelineEntry[] = row.deployed_at === null ? [] : [{ at: at(row.deployed_at), kind: 'deployed', state: 'done', title: `Deployed to ${place}`, detail: provenAt(row), object }];
  const said = row.last_error ?? row.note;
  if (row.wanted === 'removed') {
    if (row.state === 'removed') return [...been, { at: at(row.removed_at), kind: row.ended_by === 'cleaned' ? 'cleanup' : 'deployment', state: 'done', title: `Gone from ${place}`, detail: row.note, object }];
    return [...been, { at: at(row.next_try_at), kind: 'deployment', state: row.next_try_at === null ? 'failed' : 'planned', title: `Removal from ${place}`, detail: said, object }];
  }
  if (row.state === 'deployed') return been;
  if (row.state !== 'failed') return [...been, { at: at(row.next_try_at), kind: 'deployment', state: 'planned', title: `Deployment to ${place}`, detail: said, object }];
  const failed: TimelineEntry = { at: at(row.updated_at), kind: 'deployment', state: row.last_error === null ? 'done' : 'failed', title: row.last_error === null ? `Attached to ${place}, and not put there` : `Deployment to ${place} failed`, detail: said, object };
  const next: TimelineEntry[] = row.next_try_at === null ? [] : [{ at: at(row.next_try_at), kind: 'deployment', state: 'planned', title: `Deployment to ${place}, again`, detail: said, object }];
  return [...been, failed, ...next];
}

/** @param certificateId whose timeline it is: the old one of the rotation, or the new one */
export function rotationEntry(row: Rotation, certificateId: number): TimelineEntry {
  const object = { type: 'rotation' as const, id: row.id };
  const title = row.new_certificate_id === certificateId ? `Endpoint "${row.endpoint_name}" is to present it` : `Endpoint "${row.endpoint_name}" is to present "${row.new_name}"`;
  if (row.finished_at === null) return { at: at(row.next_try_at), kind: 'rotation', state: 'planned', title, detail: row.last_error, object };
  return { at: at(row.finished_at), kind: 'rotation', state: row.state === 'succeeded' ? 'done' : 'failed', title, detail: row.last_error, object };
}

/** Endpoints that wait for what a rotation needs. */
export function replacementEntries(row: Replacement | undefined): TimelineEntry[] {
  if (row === undefined || (row.next_try_at === null && row.last_error === null)) return [];
  const object = { type: 'certificate' as const, id: row.new_certificate_id };
  if (row.next_try_at === null) return [{ at: at(row.heard_at), kind: 'rotation', state: 'failed', title: 'Endpoints that cannot be rotated', detail: row.last_error, object }];
  return [{ at: at(row.next_try_at), kind: 'rotation', state: 'planned', title: 'Its endpoints are to present its successor', detail: row.last_error, object }];
}

/** @param isOn whether the installation cleans up at all */
export function cleanupEntry({ deployment, heir, at: due }: PlannedCleanup, isOn: boolean): TimelineEntry {
  const why = `certificate "${heir.name}" has replaced it there; not while an endpoint presents the old one`;
  return {
    at: isOn ? timestamp(due) : null,
    kind: 'cleanup',
    state: 'planned',
    title: `Removal from destination "${deployment.destination_label}"`,
    detail: isOn ? why : `${why}. The installation does not clean up (SIFAKA_CLEAN_REPLACED)`,
    object: { type: 'deployment', id: deployment.id },
  };
}

function provenAt({ proofs, note }: Deployment): string | null {
  const served = proofs.filter(({ isServed }) => isServed);
  if (served.length === 0) return note;
  const places = served.slice(0, 3).map(({ host, port }) => `${host}:${port}`);
  return `presented at ${places.join(', ')}${served.length > places.length ? ` and ${served.length - places.length} more` : ''}`;
}
