import { AskOutside } from './ask-outside.js';
import { BeginWaiting } from './begin-waiting.js';
import { CancelPending, RetryPending, UpdatePending } from './change-pending.js';
import { FailPending } from './fail-pending.js';
import { FetchPending } from './fetch-pending.js';
import { HearOrders } from './hear-orders.js';
import { ListPending } from './list-pending.js';
import { Orphans } from './orphans.js';
import { Outcomes } from './outcomes.js';
import { PendingAnswers } from './pending-answers.js';
import { PendingIssuer } from './pending-issuer.js';
import { PendingReader } from './pending-reader.js';
import { PendingChangeHandlers, PendingReadHandlers } from './pending.handlers.js';
import { PendingRepository } from './pending.repository.js';
import { PollPending } from './poll-pending.js';
import { ResolvePending } from './resolve-pending.js';
import { SweepPending } from './sweep-pending.js';
import { UploadPending } from './upload-pending.js';
import { ViewPendingKey } from './view-pending-key.js';
import { WatchPending } from './watch-pending.js';

/** Certificates that come later. They share the inserter, the authorities and the issuers with those that come at once. */
export const pendingControllers = [PendingReadHandlers, PendingChangeHandlers];

export const pendingProviders = [
  AskOutside,
  BeginWaiting,
  CancelPending,
  FailPending,
  FetchPending,
  HearOrders,
  ListPending,
  Orphans,
  Outcomes,
  PendingAnswers,
  PendingIssuer,
  PendingReader,
  PendingRepository,
  PollPending,
  ResolvePending,
  RetryPending,
  SweepPending,
  UpdatePending,
  UploadPending,
  ViewPendingKey,
  WatchPending,
];
