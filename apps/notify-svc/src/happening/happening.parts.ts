import { DestinationLabels } from './destination-labels.js';
import { HearDeployments } from './hear-deployments.js';
import { HearRenewals } from './hear-renewals.js';
import { HearRevocations } from './hear-revocations.js';
import { TellHappening } from './tell-happening.js';

export const happeningParts = { providers: [TellHappening, DestinationLabels, HearRenewals, HearRevocations, HearDeployments] };
