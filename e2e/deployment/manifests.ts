import { z } from 'zod';

/** The part of the Kubernetes API that deploy/k8s uses; strict, so that a misspelt or misplaced field is found without a cluster. */
const labels = z.record(z.string().regex(/^[a-z0-9./-]+$/), z.string().max(63));
const name = z.string().regex(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/);
const metadata = z.strictObject({
  name,
  namespace: name.optional(),
  labels: labels.optional(),
  annotations: z.record(z.string(), z.string()).optional(),
});
const quantity = z.string().regex(/^\d+(m|Ki|Mi|Gi)?$/);
const portName = z.string().regex(/^[a-z]([-a-z0-9]{0,13}[a-z0-9])$/);
const portNumber = z.int().min(1).max(65_535);
const expression = z.strictObject({
  key: z.string(),
  operator: z.enum(['In', 'NotIn', 'Exists', 'DoesNotExist']),
  values: z.array(z.string()).optional(),
});
const selector = z.strictObject({ matchLabels: labels.optional(), matchExpressions: z.array(expression).optional() });
const exec = z.strictObject({ command: z.array(z.string()).min(1) });
const probe = z
  .strictObject({
    httpGet: z.strictObject({ path: z.string().startsWith('/'), port: z.union([portName, portNumber]) }).optional(),
    exec: exec.optional(),
    periodSeconds: z.int().optional(),
    timeoutSeconds: z.int().optional(),
    failureThreshold: z.int().optional(),
  })
  .refine((one) => (one.httpGet === undefined) !== (one.exec === undefined), { error: 'has one way of asking' });
const reference = z.strictObject({ name });

const container = z.strictObject({
  name,
  image: z.string().min(1),
  command: z.array(z.string()).optional(),
  args: z.array(z.string()).optional(),
  env: z
    .array(
      z.strictObject({
        name: z.string(),
        value: z.string().optional(),
        valueFrom: z.strictObject({ fieldRef: z.strictObject({ fieldPath: z.string() }) }).optional(),
      }),
    )
    .optional(),
  envFrom: z.array(z.union([z.strictObject({ configMapRef: reference }), z.strictObject({ secretRef: reference })])).optional(),
  ports: z.array(z.strictObject({ name: portName, containerPort: portNumber })).optional(),
  startupProbe: probe.optional(),
  readinessProbe: probe.optional(),
  livenessProbe: probe.optional(),
  lifecycle: z.strictObject({ preStop: z.strictObject({ exec }) }).optional(),
  resources: z.strictObject({
    requests: z.strictObject({ cpu: quantity, memory: quantity }),
    limits: z.strictObject({ cpu: quantity.optional(), memory: quantity }),
  }),
  // What the profile "restricted" of Kubernetes asks of a container.
  securityContext: z.strictObject({
    allowPrivilegeEscalation: z.literal(false),
    readOnlyRootFilesystem: z.literal(true),
    capabilities: z.strictObject({ drop: z.tuple([z.literal('ALL')]) }),
  }),
  volumeMounts: z.array(z.strictObject({ name, mountPath: z.string().startsWith('/'), readOnly: z.boolean().optional() })).optional(),
});

const pod = z.strictObject({
  metadata: z.strictObject({ labels }),
  spec: z.strictObject({
    restartPolicy: z.enum(['OnFailure', 'Never']).optional(),
    serviceAccountName: name,
    automountServiceAccountToken: z.literal(false),
    enableServiceLinks: z.literal(false),
    terminationGracePeriodSeconds: z.int().optional(),
    securityContext: z.strictObject({
      runAsNonRoot: z.literal(true),
      runAsUser: z.int().min(1),
      runAsGroup: z.int().min(1),
      fsGroup: z.int().optional(),
      seccompProfile: z.strictObject({ type: z.literal('RuntimeDefault') }),
    }),
    topologySpreadConstraints: z
      .array(
        z.strictObject({
          maxSkew: z.int(),
          topologyKey: z.string(),
          whenUnsatisfiable: z.enum(['ScheduleAnyway', 'DoNotSchedule']),
          labelSelector: selector,
        }),
      )
      .optional(),
    affinity: z
      .strictObject({
        podAntiAffinity: z.strictObject({
          preferredDuringSchedulingIgnoredDuringExecution: z.array(
            z.strictObject({
              weight: z.int().min(1).max(100),
              podAffinityTerm: z.strictObject({ topologyKey: z.string(), labelSelector: selector }),
            }),
          ),
        }),
      })
      .optional(),
    containers: z.array(container).length(1),
    volumes: z.array(z.strictObject({ name, configMap: reference.optional(), emptyDir: z.strictObject({}).optional() })).optional(),
  }),
});

const claim = z.strictObject({
  metadata: z.strictObject({ name }),
  spec: z.strictObject({
    accessModes: z.array(z.literal('ReadWriteOnce')),
    resources: z.strictObject({ requests: z.strictObject({ storage: quantity }) }),
  }),
});

const policyPorts = z.array(z.strictObject({ protocol: z.enum(['TCP', 'UDP']), port: portNumber }));
const policyPeers = z.array(
  z.union([
    z.strictObject({ podSelector: selector }),
    z.strictObject({ namespaceSelector: selector }),
    z.strictObject({ ipBlock: z.strictObject({ cidr: z.string(), except: z.array(z.string()).optional() }) }),
  ]),
);

// kustomize folds long values, and Kubernetes reads them so.
const base64 = z.string().regex(/^[A-Za-z0-9+/=\s]+$/);

const kinds = {
  Namespace: z.strictObject({ apiVersion: z.literal('v1'), kind: z.literal('Namespace'), metadata }),
  ServiceAccount: z.strictObject({
    apiVersion: z.literal('v1'),
    kind: z.literal('ServiceAccount'),
    metadata,
    automountServiceAccountToken: z.literal(false),
  }),
  ConfigMap: z.strictObject({
    apiVersion: z.literal('v1'),
    kind: z.literal('ConfigMap'),
    metadata,
    data: z.record(z.string(), z.string()),
  }),
  Secret: z.strictObject({
    apiVersion: z.literal('v1'),
    kind: z.literal('Secret'),
    metadata,
    type: z.literal('Opaque'),
    data: z.record(z.string(), base64),
  }),
  Service: z.strictObject({
    apiVersion: z.literal('v1'),
    kind: z.literal('Service'),
    metadata,
    spec: z.strictObject({
      clusterIP: z.literal('None').optional(),
      publishNotReadyAddresses: z.boolean().optional(),
      selector: labels,
      ports: z.array(z.strictObject({ name: portName, port: portNumber, targetPort: portName })).min(1),
    }),
  }),
  PodDisruptionBudget: z.strictObject({
    apiVersion: z.literal('policy/v1'),
    kind: z.literal('PodDisruptionBudget'),
    metadata,
    spec: z.strictObject({ maxUnavailable: z.int().min(1), selector }),
  }),
  Deployment: z.strictObject({
    apiVersion: z.literal('apps/v1'),
    kind: z.literal('Deployment'),
    metadata,
    spec: z.strictObject({
      replicas: z.int().min(2),
      revisionHistoryLimit: z.int(),
      selector,
      strategy: z.strictObject({ rollingUpdate: z.strictObject({ maxSurge: z.int(), maxUnavailable: z.literal(0) }) }),
      template: pod,
    }),
  }),
  StatefulSet: z.strictObject({
    apiVersion: z.literal('apps/v1'),
    kind: z.literal('StatefulSet'),
    metadata,
    spec: z.strictObject({
      serviceName: name,
      replicas: z.int(),
      podManagementPolicy: z.enum(['Parallel', 'OrderedReady']).optional(),
      selector,
      template: pod,
      volumeClaimTemplates: z.array(claim),
    }),
  }),
  Job: z.strictObject({
    apiVersion: z.literal('batch/v1'),
    kind: z.literal('Job'),
    metadata,
    spec: z.strictObject({ backoffLimit: z.int(), ttlSecondsAfterFinished: z.int(), template: pod }),
  }),
  NetworkPolicy: z.strictObject({
    apiVersion: z.literal('networking.k8s.io/v1'),
    kind: z.literal('NetworkPolicy'),
    metadata,
    spec: z.strictObject({
      podSelector: selector,
      policyTypes: z.array(z.enum(['Ingress', 'Egress'])).min(1),
      ingress: z.array(z.strictObject({ from: policyPeers.optional(), ports: policyPorts.optional() })).optional(),
      egress: z.array(z.strictObject({ to: policyPeers.optional(), ports: policyPorts.optional() })).optional(),
    }),
  }),
  Ingress: z.strictObject({
    apiVersion: z.literal('networking.k8s.io/v1'),
    kind: z.literal('Ingress'),
    metadata,
    spec: z.strictObject({
      ingressClassName: name,
      tls: z.array(z.strictObject({ hosts: z.array(z.string()), secretName: name })),
      rules: z.array(
        z.strictObject({
          host: z.string(),
          http: z.strictObject({
            paths: z.array(
              z.strictObject({
                path: z.string(),
                pathType: z.enum(['Prefix', 'Exact']),
                backend: z.strictObject({ service: z.strictObject({ name, port: z.strictObject({ name: portName }) }) }),
              }),
            ),
          }),
        }),
      ),
    }),
  }),
};

export const Manifest = z.discriminatedUnion('kind', [
  kinds.Namespace,
  kinds.ServiceAccount,
  kinds.ConfigMap,
  kinds.Secret,
  kinds.Service,
  kinds.PodDisruptionBudget,
  kinds.Deployment,
  kinds.StatefulSet,
  kinds.Job,
  kinds.NetworkPolicy,
  kinds.Ingress,
]);

export type Manifest = z.output<typeof Manifest>;
export type Kind = Manifest['kind'];
export type OfKind<K extends Kind> = Extract<Manifest, { kind: K }>;
export type Pod = z.output<typeof pod>;
export type Selector = z.output<typeof selector>;
