import { definePlugin } from '@sifaka/plugin-sdk';
import { JavaKeystoreExporter } from './java-keystore-exporter.js';
import { JavaKeystoreOptions } from './options.js';

export default definePlugin({
  kind: 'export',
  slug: 'java-keystore-jks',
  title: 'Java Keystore (JKS)',
  description: 'Java key store with private key and chain',
  version: '1.0.0',
  options: JavaKeystoreOptions,
  create: (options, context) => new JavaKeystoreExporter(options, context),
});
