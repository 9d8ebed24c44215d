import type { SyncCounts } from '@sifaka/contracts';

export const noCounts: SyncCounts = {
  certificatesFound: 0,
  certificatesNew: 0,
  certificatesLinked: 0,
  certificatesUnlinked: 0,
  certificatesRefused: 0,
  endpointsFound: 0,
  endpointsNew: 0,
  endpointsChanged: 0,
  endpointsExpired: 0,
  endpointsSkipped: 0,
  faults: 0,
};

/** Where a run goes on: what is handed over once more is counted once, what was changed since the checkpoint stays counted. */
export const resumedCounts = (atCheckpoint: SyncCounts, now: SyncCounts): SyncCounts => ({
  ...atCheckpoint,
  certificatesNew: now.certificatesNew,
  certificatesLinked: now.certificatesLinked,
  endpointsNew: now.endpointsNew,
  endpointsChanged: now.endpointsChanged,
});
