import type { RotationStep } from '@sifaka/contracts';

/** What is being done, or comes next: it is written down before it is begun. `confirm`: the endpoint's record is changed. */
export type Phase = 'deploy' | 'point' | 'verify' | 'confirm' | 'remove' | 'undo';

/** One endpoint on its way from one certificate to another. */
export interface Rotation {
  id: number;
  endpoint_id: number;
  endpoint_name: string;
  dnsname: string;
  port: number;
  type: string;
  rotates_by: 'source' | 'destination';
  source_id: number | null;
  source_label: string | null;
  store: string | null;
  destination_id: number;
  destination_label: string;
  old_certificate_id: number | null;
  old_name: string | null;
  new_certificate_id: number;
  new_name: string;
  removes_old: boolean;
  verifies: boolean;
  state: 'pending' | 'running' | 'succeeded' | 'failed';
  phase: Phase;
  steps: RotationStep[];
  deployment_id: number | null;
  attempts: number;
  tries: number;
  last_error: string | null;
  cause: string | null;
  phase_until: Date | null;
  next_try_at: Date | null;
  user_id: number | null;
  requested_at: Date;
  finished_at: Date | null;
  updated_at: Date;
}

/** One that is to be begun. */
export type PlannedRotation = Omit<
  Rotation,
  'id' | 'state' | 'phase' | 'deployment_id' | 'attempts' | 'tries' | 'last_error' | 'cause' | 'phase_until' | 'next_try_at' | 'user_id' | 'requested_at' | 'finished_at' | 'updated_at'
>;

/** A rotation in the hands of a worker that has the lease of its endpoint. */
export interface RotationTurn {
  row: Rotation;
  /** Of the lease. */
  readonly holder: string;
  /** Aborts when the service stops, and when the lease may be lost. */
  readonly signal: AbortSignal;
}

/** What has become of a piece of work; a throw is a fault that may pass or not. */
export type Outcome =
  | { kind: 'done'; next: Phase | 'end'; detail?: string; isSkipped?: boolean }
  /** Somebody else has to come to an end first, or the endpoint has to see it. */
  | { kind: 'wait'; pauseMs: number; why: string | null }
  /** The old certificate is to be put back. */
  | { kind: 'undo'; cause: string }
  /** The old certificate is presented again. */
  | { kind: 'undone' };

/** Columns of a `Rotation`, of `rotation r`. */
export const rotationColumns = `r.id, r.endpoint_id, r.endpoint_name, r.dnsname, r.port, r.type, r.rotates_by, r.source_id, r.source_label, r.store, r.destination_id,
  r.destination_label, r.old_certificate_id, r.old_name, r.new_certificate_id, r.new_name, r.removes_old, r.verifies, r.state, r.phase, r.steps, r.deployment_id,
  r.attempts, r.tries, r.last_error, r.cause, r.phase_until, r.next_try_at, r.user_id, r.requested_at, r.finished_at, r.updated_at`;
