import { isAppError, type AppError } from '@sifaka/kernel';
import { assertAllowed, KubernetesApi, listPages, type Need } from '@sifaka/kubernetes';
import type { Finding, FoundEndpoint, PluginContext, ScanRequest, Source } from '@sifaka/plugin-sdk';
import { readCursor, writeCursor, type Cursor } from './cursor.js';
import { endpointsOfGateway, endpointsOfIngress } from './found-endpoints.js';
import { findingOf } from './found-secret.js';
import { namespacesOf, type KubernetesSourceOptions } from './options.js';

/** A secret holds up to 1 MiB, and one answer may have 16: those of type TLS are small, those of all types are not. */
const pageSizes = { tls: 100, all: 10, others: 200 } as const;

/** Endpoints that one scan reports. */
const maxEndpoints = 50_000;

/** One list: what, and of which namespace. */
interface Step {
  kind: Cursor['kind'];
  namespace: string | null;
}

/** TLS secrets of a cluster, and the hosts that are served with them. */
export class KubernetesSource implements Source {
  constructor(
    private readonly options: KubernetesSourceOptions,
    private readonly context: PluginContext,
  ) {}

  async check(): Promise<void> {
    const api = this.apiWith(this.context.signal);
    await assertAllowed(api, this.steps().map(needOf));
    const [first] = this.steps();
    // The namespace may be empty or not exist: to a list that is the same, and to us too.
    if (first !== undefined) for await (const _page of this.pages(api, first, null, 1)) break;
  }

  async *scan({ resumeAfter, signal }: ScanRequest): AsyncIterable<Finding> {
    const scanning = joined(this.context.signal, signal);
    try {
      yield* this.findings(this.apiWith(scanning.signal), readCursor(resumeAfter), () => signal.aborted);
    } catch (error) {
      if (!signal.aborted) throw error;
    } finally {
      scanning.end();
    }
  }

  /** One place that cannot be read hides itself; when none can, that is an error. */
  private async *findings(api: KubernetesApi, after: Cursor | null, isStopped: () => boolean): AsyncIterable<Finding> {
    const steps = this.steps();
    const at = steps.findIndex(({ kind, namespace }) => kind === after?.kind && namespace === after.namespace);
    const first = at === -1 || after === null ? 0 : after.page === null ? at + 1 : at;
    const faults: { step: Step; error: AppError }[] = [];
    let isAnyRead = first > 0;
    for (const [index, step] of steps.entries()) {
      if (index < first || isStopped()) continue;
      try {
        for await (const finding of this.placeOf(api, step, index === at ? (after?.page ?? null) : null)) {
          isAnyRead = true;
          yield finding;
        }
        isAnyRead = true;
      } catch (error) {
        if (!isAppError(error) || isStopped()) throw error;
        faults.push({ step, error });
        if (isAnyRead) yield* faults.splice(0).map(faultOf);
      }
    }
    const [worst] = faults;
    if (worst !== undefined && !isAnyRead) throw worst.error;
    yield* faults.map(faultOf);
  }

  private async *placeOf(api: KubernetesApi, step: Step, page: string | null): AsyncIterable<Finding> {
    const seen = new Set<string>();
    for await (const { items, next } of this.pages(api, step, page)) {
      for (const item of items) yield* step.kind === 'secrets' ? certificatesOf(item) : unseen(step.kind === 'ingresses' ? endpointsOfIngress(item) : endpointsOfGateway(item), seen);
      yield { kind: 'checkpoint', cursor: writeCursor({ ...step, page: next }) };
    }
  }

  /** Clusters without the Gateway API have none. */
  private async *pages(api: KubernetesApi, step: Step, continueAfter: string | null, limit?: number): ReturnType<typeof listPages> {
    const { allTypes, labelSelector } = this.options;
    const isSecrets = step.kind === 'secrets';
    const query: Record<string, string> = isSecrets ? { fieldSelector: allTypes ? 'type!=helm.sh/release.v1,type!=kubernetes.io/service-account-token' : 'type=kubernetes.io/tls', ...(labelSelector !== undefined && { labelSelector }) } : {};
    const size = isSecrets ? (allTypes ? pageSizes.all : pageSizes.tls) : pageSizes.others;
    try {
      yield* listPages(api, { path: pathOf(step), query, limit: limit ?? size, need: needOf(step), continueAfter });
    } catch (error) {
      if (step.kind !== 'gateways' || !isAppError(error) || error.reason !== 'kubernetes.no_api') throw error;
    }
  }

  private steps(): Step[] {
    const { kubernetesNamespaces, endpoints } = this.options;
    const namespaces = kubernetesNamespaces === undefined ? [null] : namespacesOf(kubernetesNamespaces);
    const kinds: Step['kind'][] = endpoints ? ['secrets', 'ingresses', 'gateways'] : ['secrets'];
    return kinds.flatMap((kind) => namespaces.map((namespace) => ({ kind, namespace })));
  }

  private apiWith(signal: AbortSignal): KubernetesApi {
    return new KubernetesApi(this.options, { ...this.context, signal });
  }
}

function* certificatesOf(item: unknown): Iterable<Finding> {
  const finding = findingOf(item);
  if (finding !== null) yield finding;
}

/** Several ingresses may share a host, one for each path: it is one endpoint. */
function* unseen(endpoints: readonly FoundEndpoint[], seen: Set<string>): Iterable<Finding> {
  for (const endpoint of endpoints) {
    const key = `${endpoint.dnsName}:${endpoint.port}`;
    if (seen.has(key) || seen.size >= maxEndpoints) continue;
    seen.add(key);
    yield { kind: 'endpoint', endpoint };
  }
}

const roots = { secrets: '/api/v1', ingresses: '/apis/networking.k8s.io/v1', gateways: '/apis/gateway.networking.k8s.io/v1' } as const;
const resources = { secrets: 'secrets', ingresses: 'ingresses.networking.k8s.io', gateways: 'gateways.gateway.networking.k8s.io' } as const;

const pathOf = ({ kind, namespace }: Step): string => `${roots[kind]}${namespace === null ? '' : `/namespaces/${namespace}`}/${kind}`;

const needOf = ({ kind, namespace }: Step): Need => ({ verb: 'list', resource: resources[kind], namespace });

const faultOf = ({ step: { kind, namespace }, error }: { step: Step; error: AppError }): Finding => ({
  kind: 'fault',
  fault: { what: `${kind} ${namespace === null ? 'of all namespaces' : `of namespace ${namespace}`}`, reason: error.message, hides: namespace === null ? 'everything' : { scope: namespace } },
});

/** Fires with either. A listener of its own, for `AbortSignal.any` on a signal that lives long keeps every scan. */
function joined(one: AbortSignal, other: AbortSignal) {
  const controller = new AbortController();
  const stop = () => controller.abort();
  for (const signal of [one, other]) {
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
  }
  return {
    signal: controller.signal,
    end: () => {
      for (const signal of [one, other]) signal.removeEventListener('abort', stop);
    },
  };
}
