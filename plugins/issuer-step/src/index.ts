import { definePlugin } from '@sifaka/plugin-sdk';
import { StepOptions } from './options.js';
import { StepIssuer } from './step-issuer.js';

export default definePlugin({
  kind: 'issuer',
  slug: 'step-issuer',
  title: 'step-ca',
  description: 'Certificates from Smallstep step-ca, authorized by a JWK provisioner',
  version: '1.0.0',
  options: StepOptions,
  create: (options, context) => new StepIssuer(options, context),
});
