import type { DeploymentState, DeploymentStep, EndpointProof } from '@sifaka/contracts';

export type Wanted = 'deployed' | 'removed';

/** What was begun at the destination and has not ended: it is written down before it is done. */
export type Phase = 'uploading' | 'verifying' | 'settling' | 'rolling_back' | 'removing';

/** `missed`: a source does not find it any more. `replaced`: another certificate took its place there. `destination`: that was deleted. `cleaned`: its successor is there for long enough. */
export type EndedBy = 'detached' | 'revoked' | 'missed' | 'replaced' | 'destination' | 'cleaned';

export type StepName = DeploymentStep['what'];

/** What an address served before an upload; null: nothing, or nobody answered. */
export interface ServedBefore {
  host: string;
  port: number;
  serverName: string | null;
  fingerprint: string | null;
}

/** One certificate at one destination. */
export interface Deployment {
  id: number;
  certificate_id: number;
  destination_id: number;
  destination_label: string;
  plugin: string;
  fingerprint: string;
  wanted: Wanted;
  state: DeploymentState;
  phase: Phase | null;
  is_held: boolean;
  external_id: string | null;
  attempts: number;
  last_error: string | null;
  next_try_at: Date | null;
  is_rolled_back: boolean;
  /** Of a rollback that is under way: the upload is tried again after it. */
  is_passing: boolean;
  proofs: EndpointProof[];
  served_before: ServedBefore[] | null;
  note: string | null;
  ended_by: EndedBy | null;
  /** Certificates whose place it may take there. */
  displaces: number[];
  /** The one that has its place: until that is free, or it may be taken, another try changes nothing. */
  blocked_by: number | null;
  /** Put beside what it replaces: endpoints are pointed at it one by one. */
  is_beside: boolean;
  version: number;
  requested_at: Date;
  deployed_at: Date | null;
  removed_at: Date | null;
  updated_at: Date;
}

export interface Step {
  deploymentId: number;
  what: StepName;
  detail: string | null;
}

/** Characters of an error, a note or a detail that are kept. */
export const wordsLength = 2_000;

export const words = (text: string): string => (text.length > wordsLength ? `${text.slice(0, wordsLength - 1)}…` : text);
