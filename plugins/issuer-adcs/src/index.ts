import { definePlugin } from '@sifaka/plugin-sdk';
import { AdcsIssuer } from './adcs-issuer.js';
import { AdcsOptions } from './options.js';

export default definePlugin({
  kind: 'issuer',
  slug: 'adcs-issuer',
  title: 'ADCS',
  description: 'Certificates from Active Directory Certificate Services by web enrolment',
  version: '1.0.0',
  options: AdcsOptions,
  create: (options, context) => new AdcsIssuer(options, context),
});
