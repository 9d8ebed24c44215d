import {
  DescribeListenerCertificatesCommand,
  DescribeListenersCommand,
  DescribeLoadBalancersCommand,
  DescribeSSLPoliciesCommand,
  DescribeTagsCommand,
  ElasticLoadBalancingV2Client,
  type DescribeListenerCertificatesCommandOutput,
  type DescribeListenersCommandOutput,
  type DescribeLoadBalancersCommandOutput,
  type DescribeSSLPoliciesCommandOutput,
  type Listener,
  type LoadBalancer,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { callAws, inParallel, isAwsFault, parseCertificateArn } from '@sifaka/aws';
import { AppError } from '@sifaka/kernel';
import type { FoundEndpoint } from '@sifaka/plugin-sdk';
import type { AwsPlace } from './aws-place.js';
import { keptByTags } from './kept-by-tags.js';
import { endpointCertificates, plainEndpoint, registryOf, type Presented } from './presented.js';

const perPage = 400;
/** Bounds on what one region, one load balancer and one listener can make us read. */
const maxPages = 100;
const underWay = 6;

type Policies = ReadonlyMap<string, string[]>;

/** Application and network load balancers of one region: what they present. */
export class LoadBalancers {
  readonly client: ElasticLoadBalancingV2Client;
  private policies: Promise<Policies> | null = null;

  constructor(
    private readonly place: AwsPlace,
    private readonly region: string,
  ) {
    this.client = new ElasticLoadBalancingV2Client(place.session.config(region));
  }

  async *endpoints(): AsyncGenerator<FoundEndpoint> {
    for await (const page of this.pages()) {
      const serving = page.filter(({ Type: type }) => type !== 'gateway');
      const kept = await keptByTags(serving, this.place.ignoredTags.elb, { nameOf: ({ LoadBalancerArn: arn }) => arn, tags: (arns) => this.tags(arns) });
      for await (const endpoints of inParallel(kept, underWay, (balancer) => this.endpointsOf(balancer))) yield* endpoints;
    }
  }

  async endpoint(found: FoundEndpoint): Promise<FoundEndpoint | null> {
    const listener = found.externalId === null ? null : await this.listener(found.externalId);
    return listener === null ? null : this.endpointOf(listener, { name: found.name, dnsName: found.dnsName });
  }

  /** Null: it is gone. */
  async listener(arn: string): Promise<Listener | null> {
    try {
      const { Listeners: found = [] } = await callAws(`read the listener ${arn}`, this.place.signal, (abortSignal) => this.client.send(new DescribeListenersCommand({ ListenerArns: [arn] }), { abortSignal }));
      return found[0] ?? null;
    } catch (error) {
      if (isAwsFault(error, 'ListenerNotFound', 'ListenerNotFoundException', 'LoadBalancerNotFound', 'LoadBalancerNotFoundException')) return null;
      throw error;
    }
  }

  /** The default certificate of a listener and those of its list for SNI. One that is both is there twice. */
  async presented({ ListenerArn: listenerArn, Certificates: [first] = [] }: Listener): Promise<Presented[]> {
    const byDefault = parseCertificateArn(first?.CertificateArn)?.arn;
    const presented: Presented[] = byDefault === undefined ? [] : [{ arn: byDefault, isDefault: true }];
    let marker: string | undefined;
    for (let page = 0; page < maxPages; page++) {
      const answer: DescribeListenerCertificatesCommandOutput = await callAws(`read the certificates of the listener ${listenerArn ?? ''}`, this.place.signal, (abortSignal) =>
        this.client.send(new DescribeListenerCertificatesCommand({ ListenerArn: listenerArn, ...(marker !== undefined && { Marker: marker }) }), { abortSignal }),
      );
      for (const { CertificateArn: arn, IsDefault: isDefault } of answer.Certificates ?? []) {
        // Some say nothing of the default one; then it is not known to be in the list as well.
        if (parseCertificateArn(arn) !== null && isDefault !== true && !(isDefault === undefined && arn === byDefault)) presented.push({ arn: arn ?? '', isDefault: false });
      }
      marker = answer.NextMarker;
      if (marker === undefined || marker === '') return presented;
    }
    throw new AppError('failed_precondition', `the listener ${listenerArn ?? ''} has more than ${maxPages} pages of certificates`);
  }

  private async *pages(): AsyncGenerator<LoadBalancer[]> {
    let marker: string | undefined;
    for (let page = 0; page < maxPages; page++) {
      const answer: DescribeLoadBalancersCommandOutput = await callAws(`list the load balancers in ${this.region}`, this.place.signal, (abortSignal) =>
        this.client.send(new DescribeLoadBalancersCommand({ PageSize: perPage, ...(marker !== undefined && { Marker: marker }) }), { abortSignal }),
      );
      yield answer.LoadBalancers ?? [];
      marker = answer.NextMarker;
      if (marker === undefined || marker === '') return;
    }
    throw new AppError('failed_precondition', `${this.region} has more than ${maxPages} pages of load balancers`);
  }

  private async tags(arns: string[]): Promise<Map<string, string[]>> {
    const { TagDescriptions: found = [] } = await callAws('read the tags of load balancers', this.place.signal, (abortSignal) => this.client.send(new DescribeTagsCommand({ ResourceArns: arns }), { abortSignal }));
    return new Map(found.map(({ ResourceArn: arn = '', Tags: tags = [] }) => [arn, tags.flatMap(({ Key: key }) => (key === undefined ? [] : [key]))]));
  }

  private async endpointsOf({ LoadBalancerArn: arn, LoadBalancerName: name, DNSName: dnsName }: LoadBalancer): Promise<FoundEndpoint[]> {
    if (arn === undefined || name === undefined || dnsName === undefined || dnsName === '') return [];
    const found: FoundEndpoint[] = [];
    for (const listener of await this.listeners(arn)) {
      const endpoint = await this.endpointOf(listener, { name, dnsName });
      if (endpoint !== null) found.push(endpoint);
    }
    return found;
  }

  private async listeners(balancerArn: string): Promise<Listener[]> {
    const found: Listener[] = [];
    let marker: string | undefined;
    for (let page = 0; page < maxPages; page++) {
      try {
        const answer: DescribeListenersCommandOutput = await callAws(`list the listeners of ${balancerArn}`, this.place.signal, (abortSignal) =>
          this.client.send(new DescribeListenersCommand({ LoadBalancerArn: balancerArn, ...(marker !== undefined && { Marker: marker }) }), { abortSignal }),
        );
        found.push(...(answer.Listeners ?? []));
        marker = answer.NextMarker;
      } catch (error) {
        // It went while the others were read.
        if (isAwsFault(error, 'LoadBalancerNotFound', 'LoadBalancerNotFoundException')) return [];
        throw error;
      }
      if (marker === undefined || marker === '') return found;
    }
    throw new AppError('failed_precondition', `${balancerArn} has more than ${maxPages} pages of listeners`);
  }

  /** Null for a listener without certificates. */
  private async endpointOf(listener: Listener, { name, dnsName }: { name: string; dnsName: string }): Promise<FoundEndpoint | null> {
    if (parseCertificateArn(listener.Certificates?.[0]?.CertificateArn) === null || listener.ListenerArn === undefined) return null;
    const seen = new Set<string>();
    // One that is the default and in the list is presented once.
    const presented = (await this.presented(listener)).filter(({ arn }) => !seen.has(arn) && seen.add(arn));
    const certificates = await endpointCertificates(this.place, presented);
    return {
      ...plainEndpoint,
      ...registryOf(certificates),
      name,
      dnsName,
      port: listener.Port ?? 443,
      type: 'elbv2',
      externalId: listener.ListenerArn,
      aliases: [],
      certificates,
      policy: await this.policyOf(listener.SslPolicy),
      scope: this.region,
    };
  }

  private async policyOf(name: string | undefined): Promise<FoundEndpoint['policy']> {
    if (name === undefined || name === '' || name === 'None') return null;
    this.policies ??= this.readPolicies();
    return { name, ciphers: (await this.policies).get(name) ?? [] };
  }

  /** All of them, once: there are some dozens. */
  private async readPolicies(): Promise<Policies> {
    const found = new Map<string, string[]>();
    let marker: string | undefined;
    for (let page = 0; page < maxPages; page++) {
      const answer: DescribeSSLPoliciesCommandOutput = await callAws(`read the TLS policies in ${this.region}`, this.place.signal, (abortSignal) =>
        this.client.send(new DescribeSSLPoliciesCommand({ PageSize: perPage, ...(marker !== undefined && { Marker: marker }) }), { abortSignal }),
      );
      for (const { Name: name, SslProtocols: protocols = [], Ciphers: ciphers = [] } of answer.SslPolicies ?? [])
        if (name !== undefined) found.set(name, [...protocols.map((protocol) => `Protocol-${protocol}`), ...ciphers.flatMap(({ Name: cipher }) => cipher ?? [])]);
      marker = answer.NextMarker;
      if (marker === undefined || marker === '') break;
    }
    return found;
  }
}
