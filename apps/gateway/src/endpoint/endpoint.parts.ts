import { ComposeEndpoints } from './compose-endpoints.js';
import { EndpointController } from './endpoint.controller.js';
import { EndpointReferences } from './endpoint-references.js';
import { SaveEndpoint } from './save-endpoint.js';

export const endpointControllers = [EndpointController];
export const endpointProviders = [ComposeEndpoints, EndpointReferences, SaveEndpoint];
