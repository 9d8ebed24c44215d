import { installationOnly, longText, matching, secret } from '@sifaka/plugin-sdk';
import { z } from 'zod';

/** Where the kubelet puts what a pod needs to talk to its own cluster. */
export const serviceAccountFolder = '/var/run/secrets/kubernetes.io/serviceaccount';

const path = () => matching('/[^\\0\\n\\r]{1,1023}$');

/** RFC 1123 label: name of a namespace. */
export const namespaceName = () => matching('[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?$');

/** How a cluster is reached, as options of a plugin; `KubernetesApi` understands them. */
export const ConnectionOptions = z.object({
  kubernetesURL: matching('https?://(?:\\[[0-9A-Fa-f:.]+\\]|[A-Za-z0-9.-]+)(?::[0-9]{1,5})?(?:/[A-Za-z0-9._~/-]*)?$')
    .refine((value) => URL.canParse(value), { error: 'must be an address such as https://k8s.corp.example:6443' })
    .default('https://kubernetes.default')
    .describe('Address of the API server; left blank, that of the cluster in which the platform runs')
    .meta({ target: true }),
  kubernetesAuthToken: secret()
    .max(16_384)
    .regex(/^[A-Za-z0-9._~+/-]+=*$/, { error: 'has characters that no bearer token has (RFC 6750)' })
    .optional()
    .describe('Bearer token, for example of a service account'),
  kubernetesAuthTokenFile: path().default(`${serviceAccountFolder}/token`).describe("File with the token, on the platform's machine, read again when it changes; used when no token is given"),
  kubernetesServerCertificate: longText().max(65_536).optional().describe('Certificate of the CA that signed the certificate of the API server, in PEM'),
  kubernetesServerCertificateFile: path().default(`${serviceAccountFolder}/ca.crt`).describe("File with that certificate, on the platform's machine; used when none is given"),
  fileFolders: installationOnly('KUBERNETES_FILE_FOLDERS', z.array(z.string().regex(/^\//, { error: 'must be an absolute path' })).max(100).describe('Folders of this machine whose files options of Kubernetes plugins may name, besides those of the service account of the platform; none by default')),
});
export type ConnectionOptions = z.output<typeof ConnectionOptions>;

/** The one namespace of whoever writes. */
export const NamespaceOptions = z.object({
  kubernetesNamespace: namespaceName().optional().describe('Namespace'),
  kubernetesNamespaceFile: path().default(`${serviceAccountFolder}/namespace`).describe("File with the name of the namespace, on the platform's machine; used when none is given, and `default` when there is no such file"),
});
export type NamespaceOptions = z.output<typeof NamespaceOptions>;
