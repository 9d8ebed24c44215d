import { definePlugin } from '@sifaka/plugin-sdk';
import { KubernetesSource } from './kubernetes-source.js';
import { KubernetesSourceOptions } from './options.js';

export default definePlugin({
  kind: 'source',
  slug: 'kubernetes-source',
  title: 'Kubernetes',
  description: 'Certificates in secrets of a Kubernetes cluster, and the hosts of ingresses and gateways that are served with them',
  version: '1.0.0',
  options: KubernetesSourceOptions,
  create: (options, context) => new KubernetesSource(options, context),
});
