import { definePlugin, type SourceTwin } from '@sifaka/plugin-sdk';
import { IamDestination } from './iam-destination.js';
import { IamOptions } from './options.js';

export default definePlugin({
  kind: 'destination',
  slug: 'aws-destination',
  title: 'AWS',
  description: 'Server certificates of IAM, for load balancers and CloudFront',
  version: '1.0.0',
  options: IamOptions,
  sourceTwin,
  create: (options, context) => new IamDestination(options, context),
});

/** Whoever takes what is served by CloudFront keeps it below that path: the source then looks at distributions. */
const cloudFrontPath = '/cloudfront/';

/** Keys stay here: the source uses the platform's own credentials, or is given its own. */
function sourceTwin({ accountNumber, path, role, external_id, region, partition, endpoint }: IamOptions): SourceTwin {
  const preset = IamOptions.parse({ accountNumber });
  return {
    slug: 'aws-source',
    options: {
      accountNumber,
      path,
      ...(path === cloudFrontPath && { endpointType: 'cloudfront' }),
      ...(role !== preset.role && { role }),
      ...(external_id !== undefined && { external_id }),
      ...(region !== undefined && { region }),
      ...(partition !== preset.partition && { partition }),
      ...(endpoint !== undefined && { endpoint }),
    },
  };
}
