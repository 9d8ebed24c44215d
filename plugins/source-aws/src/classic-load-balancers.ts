import {
  DescribeLoadBalancerPoliciesCommand,
  DescribeLoadBalancersCommand,
  DescribeTagsCommand,
  ElasticLoadBalancingClient,
  SetLoadBalancerListenerSSLCertificateCommand,
  type DescribeLoadBalancersCommandOutput,
  type ListenerDescription,
  type LoadBalancerDescription,
  type PolicyDescription,
} from '@aws-sdk/client-elastic-load-balancing';
import { callAws, inParallel, isAwsFault, parseCertificateArn } from '@sifaka/aws';
import { AppError } from '@sifaka/kernel';
import type { FoundEndpoint } from '@sifaka/plugin-sdk';
import type { AwsPlace } from './aws-place.js';
import { onceKnown, presentsAnother, type Change } from './change.js';
import { endpointCertificates, plainEndpoint, registryOf } from './presented.js';
import { keptByTags } from './kept-by-tags.js';

const perPage = 400;
/** A bound on what one region can make us read. */
const maxPages = 100;
const underWay = 6;

const isGone = (error: unknown): boolean => isAwsFault(error, 'LoadBalancerNotFound', 'AccessPointNotFoundException', 'AccessPointNotFound');

/** Classic load balancers of one region. Each listener presents one certificate. */
export class ClassicLoadBalancers {
  private readonly client: ElasticLoadBalancingClient;

  constructor(
    private readonly place: AwsPlace,
    private readonly region: string,
  ) {
    this.client = new ElasticLoadBalancingClient(place.session.config(region));
  }

  async *endpoints(): AsyncGenerator<FoundEndpoint> {
    for await (const page of this.pages()) {
      const serving = page.filter((balancer) => securedListeners(balancer).length > 0);
      const kept = await keptByTags(serving, this.place.ignoredTags.elb, { nameOf: (balancer) => balancer.LoadBalancerName, tags: (names) => this.tags(names) });
      for await (const endpoints of inParallel(kept, underWay, (balancer) => this.endpointsOf(balancer))) yield* endpoints;
    }
  }

  async endpoint({ externalId, name, port }: FoundEndpoint): Promise<FoundEndpoint | null> {
    const balancer = await this.read(externalId ?? name);
    return balancer === null ? null : ((await this.endpointsOf(balancer)).find((each) => each.port === port) ?? null);
  }

  async point({ externalId, name, port }: FoundEndpoint, change: Change): Promise<void> {
    const balancer = externalId ?? name;
    const presented = async (): Promise<string | null> => {
      const found = await this.read(balancer);
      const listener = found === null ? undefined : securedListeners(found).find(({ Listener: each }) => each?.LoadBalancerPort === port);
      return listener?.Listener?.SSLCertificateId ?? null;
    };
    const now = await presented();
    if (now === null) throw new AppError('not_found', `the load balancer "${balancer}" in ${this.region} has no listener with a certificate on port ${port}`);
    if (now === change.to.arn) return;
    if (!(await change.isFrom(now))) throw presentsAnother(`listener ${port} of the load balancer "${balancer}"`, change);
    await onceKnown(
      this.place,
      async () => (await presented()) === change.to.arn,
      () =>
        callAws(`set the certificate of listener ${port} of the load balancer "${balancer}"`, this.place.signal, (abortSignal) =>
          this.client.send(new SetLoadBalancerListenerSSLCertificateCommand({ LoadBalancerName: balancer, LoadBalancerPort: port, SSLCertificateId: change.to.arn }), { abortSignal }),
        ),
    );
  }

  private async *pages(): AsyncGenerator<LoadBalancerDescription[]> {
    let marker: string | undefined;
    for (let page = 0; page < maxPages; page++) {
      const answer: DescribeLoadBalancersCommandOutput = await callAws(`list the classic load balancers in ${this.region}`, this.place.signal, (abortSignal) =>
        this.client.send(new DescribeLoadBalancersCommand({ PageSize: perPage, ...(marker !== undefined && { Marker: marker }) }), { abortSignal }),
      );
      yield answer.LoadBalancerDescriptions ?? [];
      marker = answer.NextMarker;
      if (marker === undefined || marker === '') return;
    }
    throw new AppError('failed_precondition', `${this.region} has more than ${maxPages} pages of classic load balancers`);
  }

  private async read(name: string): Promise<LoadBalancerDescription | null> {
    try {
      const { LoadBalancerDescriptions: found = [] } = await callAws(`read the load balancer "${name}"`, this.place.signal, (abortSignal) =>
        this.client.send(new DescribeLoadBalancersCommand({ LoadBalancerNames: [name] }), { abortSignal }),
      );
      return found[0] ?? null;
    } catch (error) {
      if (isGone(error)) return null;
      throw error;
    }
  }

  private async tags(names: string[]): Promise<Map<string, string[]>> {
    const { TagDescriptions: found = [] } = await callAws('read the tags of classic load balancers', this.place.signal, (abortSignal) => this.client.send(new DescribeTagsCommand({ LoadBalancerNames: names }), { abortSignal }));
    return new Map(found.map(({ LoadBalancerName: name = '', Tags: tags = [] }) => [name, tags.flatMap(({ Key: key }) => (key === undefined ? [] : [key]))]));
  }

  private async endpointsOf(balancer: LoadBalancerDescription): Promise<FoundEndpoint[]> {
    const { LoadBalancerName: name, DNSName: dnsName } = balancer;
    const listeners = securedListeners(balancer);
    if (name === undefined || dnsName === undefined || dnsName === '') return [];
    const policies = listeners.some(({ PolicyNames: used = [] }) => used.length > 0) ? await this.policies(name) : [];
    return Promise.all(
      listeners.map(async ({ Listener: listener, PolicyNames: used = [] }) => {
        const certificates = await endpointCertificates(this.place, [{ arn: listener?.SSLCertificateId ?? '', isDefault: true }]);
        const policy = policies.find((each) => each.PolicyTypeName === 'SSLNegotiationPolicyType' && used.includes(each.PolicyName ?? ''));
        return {
          ...plainEndpoint,
          ...registryOf(certificates),
          name,
          dnsName,
          port: listener?.LoadBalancerPort ?? 443,
          type: 'elb',
          externalId: name,
          aliases: [],
          certificates,
          policy: policy === undefined ? null : policyOf(policy),
          scope: this.region,
        };
      }),
    );
  }

  private async policies(name: string): Promise<PolicyDescription[]> {
    try {
      const { PolicyDescriptions: found = [] } = await callAws(`read the policies of the load balancer "${name}"`, this.place.signal, (abortSignal) =>
        this.client.send(new DescribeLoadBalancerPoliciesCommand({ LoadBalancerName: name }), { abortSignal }),
      );
      return found;
    } catch (error) {
      if (isGone(error)) return [];
      throw error;
    }
  }
}

/** A listener whose certificate was deleted says "Invalid-Certificate". */
const securedListeners = ({ ListenerDescriptions: listeners = [] }: LoadBalancerDescription): ListenerDescription[] =>
  listeners.filter(({ Listener: listener }) => parseCertificateArn(listener?.SSLCertificateId) !== null);

/** What is switched on, under the name that AWS gave to the whole where it is one of its own. */
function policyOf({ PolicyName: name = '', PolicyAttributeDescriptions: attributes = [] }: PolicyDescription): { name: string; ciphers: string[] } {
  const reference = attributes.find(({ AttributeName: attribute }) => attribute === 'Reference-Security-Policy')?.AttributeValue;
  return {
    name: reference ?? name,
    ciphers: attributes.flatMap(({ AttributeName: attribute, AttributeValue: value }) => (attribute !== undefined && value === 'true' ? [attribute] : [])),
  };
}
