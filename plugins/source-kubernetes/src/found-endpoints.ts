import { isIP } from 'node:net';
import type { FoundEndpoint } from '@sifaka/plugin-sdk';
import { z } from 'zod';

const Metadata = z.object({ name: z.string(), namespace: z.string() });

/** networking.k8s.io/v1, as far as it says who is served with what. */
const Ingress = z.object({
  metadata: Metadata,
  spec: z.object({
    tls: z.array(z.object({ hosts: z.array(z.string()).nullish(), secretName: z.string().nullish() })).nullish(),
    rules: z.array(z.object({ host: z.string().nullish() })).nullish(),
  }),
});

/** gateway.networking.k8s.io/v1. */
const Gateway = z.object({
  metadata: Metadata,
  spec: z.object({
    listeners: z.array(
      z.object({
        hostname: z.string().nullish(),
        port: z.int(),
        tls: z
          .object({ mode: z.string().nullish(), certificateRefs: z.array(z.object({ kind: z.string().nullish(), group: z.string().nullish(), name: z.string(), namespace: z.string().nullish() })).nullish() })
          .nullish(),
      }),
    ),
  }),
});

/** Hosts of an ingress and the secrets that they are served from; empty for one without TLS, and for what is no ingress. */
export function endpointsOfIngress(item: unknown): FoundEndpoint[] {
  const read = Ingress.safeParse(item);
  if (!read.success) return [];
  const { metadata, spec } = read.data;
  const ruled = (spec.rules ?? []).flatMap(({ host }) => (typeof host === 'string' ? [host] : []));
  return (spec.tls ?? []).flatMap(({ hosts, secretName }) => {
    // Without a secret the controller's default is served, which is nobody's business here.
    if (typeof secretName !== 'string' || secretName === '') return [];
    const named = hosts === null || hosts === undefined || hosts.length === 0 ? ruled : hosts;
    return named.filter(isAddressable).map((host) => endpoint({ metadata, host, port: 443, type: 'ingress', secrets: [`${metadata.namespace}/${secretName}`] }));
  });
}

/** Listeners of a gateway that end TLS with secrets and say for which host. */
export function endpointsOfGateway(item: unknown): FoundEndpoint[] {
  const read = Gateway.safeParse(item);
  if (!read.success) return [];
  const { metadata, spec } = read.data;
  return spec.listeners.flatMap(({ hostname, port, tls }) => {
    const refs = (tls?.certificateRefs ?? []).filter(({ kind, group }) => (kind ?? 'Secret') === 'Secret' && (group ?? '') === '');
    if (tls?.mode === 'Passthrough' || refs.length === 0 || typeof hostname !== 'string' || !isAddressable(hostname) || port < 1 || port > 65_535) return [];
    return [endpoint({ metadata, host: hostname, port, type: 'gateway', secrets: refs.map((ref) => `${ref.namespace ?? metadata.namespace}/${ref.name}`) })];
  });
}

/** A wildcard is no place where anybody could look. */
const isAddressable = (host: string): boolean => host !== '' && host.length <= 253 && !host.includes('*') && isIP(host) === 0;

interface Served {
  metadata: z.output<typeof Metadata>;
  host: string;
  port: number;
  type: string;
  /** As `namespace/name`. */
  secrets: string[];
}

const endpoint = ({ metadata: { namespace, name }, host, port, type, secrets }: Served): FoundEndpoint => ({
  name: `${namespace}/${name}`,
  dnsName: host,
  port,
  type,
  externalId: `${type}/${namespace}/${name}`,
  aliases: [],
  certificates: secrets.map((secret, index) => ({ name: secret.split('/')[1] ?? null, externalId: secret, certificateDer: null, chainDer: [], isDefault: index === 0 })),
  policy: null,
  registryType: null,
  certificatePath: null,
  store: null,
  serverName: host,
  startTls: null,
  scope: namespace,
});
