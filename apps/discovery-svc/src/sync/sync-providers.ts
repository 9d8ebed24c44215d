import { EndRun } from './end-run.js';
import { Identify } from './identify.js';
import { LeaseRepository } from './lease.repository.js';
import { LivingCertificates } from './living-certificates.js';
import { RunLedger } from './run-ledger.js';
import { RunRepository } from './run-repository.js';
import { RunParts, RunSource } from './run-source.js';
import { SettledEndpoints } from './settled-endpoints.js';
import { Settle } from './settle.js';
import { SightingEvents } from './sighting-events.js';
import { SightingRepository } from './sighting.repository.js';
import { StreamFindings } from './stream-findings.js';
import { SyncRunner } from './sync-runner.js';
import { SyncRuns } from './sync-runs.repository.js';
import { TakeBatch } from './take-batch.js';
import { TakeEndpoints } from './take-endpoints.js';
import { TellAgain } from './tell-again.js';

/** What looks at sources. */
export const syncProviders = [
  EndRun,
  Identify,
  LeaseRepository,
  LivingCertificates,
  RunLedger,
  RunRepository,
  RunParts,
  RunSource,
  SettledEndpoints,
  Settle,
  SightingEvents,
  SightingRepository,
  StreamFindings,
  SyncRunner,
  SyncRuns,
  TakeBatch,
  TakeEndpoints,
  TellAgain,
];
