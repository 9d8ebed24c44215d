import { definePlugin } from '@sifaka/plugin-sdk';
import { SftpOptions } from './options.js';
import { SftpDestination } from './sftp-destination.js';

export default definePlugin({
  kind: 'destination',
  slug: 'sftp-destination',
  title: 'SFTP',
  description: 'Certificates and keys as files of a web server, and tokens of HTTP-01 challenges, over SSH',
  version: '1.0.0',
  options: SftpOptions,
  create: (options, context) => new SftpDestination(options, context),
});
