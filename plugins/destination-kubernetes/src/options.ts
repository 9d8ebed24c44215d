import { endpointsOption, servedWithinOption } from '@sifaka/certificate-files';
import { ConnectionOptions, NamespaceOptions } from '@sifaka/kubernetes';
import { matching } from '@sifaka/plugin-sdk';
import { z } from 'zod';

export const KubernetesOptions = z.object({
  secretNameFormat: matching('(?:[a-z0-9.-]|\\{common_name\\})+$')
    .refine((value) => value.length <= 253, { error: 'is longer than the name of a secret may be (253 characters)' })
    .default('{common_name}')
    .describe('Name of the secret: lower-case letters, digits, dots and hyphens; {common_name} stands for the common name, with "wildcard" for its asterisk'),
  ...ConnectionOptions.shape,
  ...NamespaceOptions.shape,
  secretFormat: z
    .enum(['Full', 'TLS', 'Certificate'])
    .default('Full')
    .describe('Full: combined.pem, ca.crt, service.key and service.crt; TLS: tls.crt and tls.key, as ingresses take it; Certificate: tls.crt alone')
    .meta({ required: true }),
  takeOwnership: z.boolean().default(false).describe('Overwrite what another manager wrote at the same keys of the secret; otherwise that is an error which names it'),
  endpoints: endpointsOption(),
  servedWithin: servedWithinOption().default(120).describe('Seconds after an upload within which the endpoints must serve it, up to 300; then what was there before is put back. Ingress controllers take seconds; the kubelet brings a secret that is mounted to its pods within a minute or two'),
});
export type KubernetesOptions = z.output<typeof KubernetesOptions>;
