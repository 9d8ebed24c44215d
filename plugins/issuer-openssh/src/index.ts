import { definePlugin } from '@sifaka/plugin-sdk';
import { OpensshIssuer } from './openssh-issuer.js';
import { OpensshOptions } from './options.js';

export default definePlugin({
  kind: 'issuer',
  slug: 'openssh-issuer',
  title: 'OpenSSH',
  description: 'Certificates of OpenSSH for hosts and users, signed with keys that never leave the key vault',
  version: '1.0.0',
  options: OpensshOptions,
  create: (options, context) => new OpensshIssuer(options, context),
});
