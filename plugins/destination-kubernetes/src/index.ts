import { definePlugin } from '@sifaka/plugin-sdk';
import { KubernetesDestination } from './kubernetes-destination.js';
import { KubernetesOptions } from './options.js';

export default definePlugin({
  kind: 'destination',
  slug: 'kubernetes-destination',
  title: 'Kubernetes',
  description: 'Certificates and keys as secrets of a Kubernetes cluster',
  version: '1.0.0',
  options: KubernetesOptions,
  create: (options, context) => new KubernetesDestination(options, context),
});
