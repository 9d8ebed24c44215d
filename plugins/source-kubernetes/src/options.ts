import { ConnectionOptions } from '@sifaka/kubernetes';
import { matching } from '@sifaka/plugin-sdk';
import { z } from 'zod';

/** Namespaces that one source looks into by name; more are all of them. */
const maxNamespaces = 200;

export const KubernetesSourceOptions = z.object({
  ...ConnectionOptions.shape,
  kubernetesNamespaces: matching('[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?(?:[\\s,]+[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?)*$')
    .refine((value) => namespacesOf(value).length <= maxNamespaces, { error: `names more than ${maxNamespaces} namespaces` })
    .optional()
    .describe('Namespaces, separated by commas; left blank: all, which a role for the whole cluster must allow'),
  labelSelector: matching('[A-Za-z0-9._/=!,() -]{1,1024}$').optional().describe('Only secrets with these labels, for example app=shop,tier!=test'),
  allTypes: z.boolean().default(false).describe('Look into secrets of every type that hold a certificate at tls.crt or service.crt; otherwise into those of type kubernetes.io/tls alone'),
  endpoints: z.boolean().default(false).describe('Report the hosts of ingresses and gateways as endpoints; the role must allow to list them'),
});
export type KubernetesSourceOptions = z.output<typeof KubernetesSourceOptions>;

export const namespacesOf = (text: string): string[] => [...new Set(text.split(/[\s,]+/).filter((each) => each !== ''))].sort();
