import { definePlugin } from '@sifaka/plugin-sdk';
import { JavaTruststoreExporter } from './java-truststore-exporter.js';
import { JavaTruststoreOptions } from './options.js';

export default definePlugin({
  kind: 'export',
  slug: 'java-truststore-jks',
  title: 'Java Truststore (JKS)',
  description: 'Java trust store with certificate and chain, without private key',
  version: '1.0.0',
  requiresKey: false,
  options: JavaTruststoreOptions,
  create: (options, context) => new JavaTruststoreExporter(options, context),
});
