import { definePlugin } from '@sifaka/plugin-sdk';
import { SshOptions } from './options.js';
import { SshDestination } from './ssh-destination.js';

export default definePlugin({
  kind: 'destination',
  slug: 'ssh-destination',
  title: 'SSH',
  description: 'Certificates and keys as files of a server on another host, which is told to take them over, asked whether it serves them, and given back the old ones when it does not',
  version: '1.0.0',
  options: SshOptions,
  create: (options, context) => new SshDestination(options, context),
});
