import { EndpointEvents } from './endpoint-events.js';
import { EndpointWriter } from './endpoint-writer.js';
import { ExpireEndpoints } from './expire-endpoints.js';
import { PolicyRepository } from './policy.repository.js';
import { ReportEndpoints } from './report-endpoints.js';
import { TrustAnchors } from './trust-anchors.js';

/** What knows endpoints. */
export const endpointProviders = [EndpointEvents, EndpointWriter, ExpireEndpoints, PolicyRepository, ReportEndpoints, TrustAnchors];
