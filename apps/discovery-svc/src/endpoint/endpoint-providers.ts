import { AskEndpoint } from './ask-endpoint.js';
import { ChangeEndpoints } from './change-endpoints.js';
import { CheckEndpoint } from './check-endpoint.js';
import { EndpointEvents } from './endpoint-events.js';
import { EndpointIdentities } from './endpoint-identities.js';
import { EndpointTrail } from './endpoint-trail.js';
import { EndpointWriter } from './endpoint-writer.js';
import { EndpointRepository } from './endpoint.repository.js';
import { ExpireEndpoints } from './expire-endpoints.js';
import { HearDeployments } from './hear-deployments.js';
import { LookAtEndpoint } from './look-at-endpoint.js';
import { NoteSeen } from './note-seen.js';
import { PolicyRepository } from './policy.repository.js';
import { ReadEndpoints } from './read-endpoints.js';
import { ReportEndpoints } from './report-endpoints.js';
import { ConfirmEndpoint, PointEndpoint } from './rotate-endpoint.js';
import { SaveEndpoint } from './save-endpoint.js';
import { SeenBySource } from './seen-by-source.js';
import { Sight } from './sight.js';
import { TrustAnchors } from './trust-anchors.js';

/** What knows endpoints. */
export const endpointProviders = [
  AskEndpoint,
  ChangeEndpoints,
  CheckEndpoint,
  ConfirmEndpoint,
  EndpointEvents,
  EndpointIdentities,
  EndpointRepository,
  EndpointTrail,
  EndpointWriter,
  ExpireEndpoints,
  HearDeployments,
  LookAtEndpoint,
  NoteSeen,
  PointEndpoint,
  PolicyRepository,
  ReadEndpoints,
  ReportEndpoints,
  SaveEndpoint,
  SeenBySource,
  Sight,
  TrustAnchors,
];
