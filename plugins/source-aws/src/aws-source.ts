import { AwsSession, callAws, parseCertificateArn, patientRetries, selectedRegions, serverCertificateName } from '@sifaka/aws';
import { AppError, assertNever } from '@sifaka/kernel';
import type { Finding, FoundEndpoint, PluginContext, ScanRequest, Source, StoredCertificate } from '@sifaka/plugin-sdk';
import { AwsPlace } from './aws-place.js';
import { changeOf } from './change.js';
import { ClassicLoadBalancers } from './classic-load-balancers.js';
import { Distributions } from './distributions.js';
import { LoadBalancers } from './load-balancers.js';
import type { AwsSourceOptions } from './options.js';
import { pointListener } from './point-listener.js';
import { scanAccount } from './scan-account.js';

/** Certificates and endpoints of one AWS account. */
export class AwsSource implements Source {
  /** For questions that somebody waits for. */
  private readonly session: AwsSession;
  private readonly scanning: AwsSession;

  constructor(
    private readonly options: AwsSourceOptions,
    private readonly context: PluginContext,
  ) {
    this.session = new AwsSession(options, options.accountNumber, context);
    this.scanning = new AwsSession(options, options.accountNumber, context, patientRetries);
  }

  async check(): Promise<void> {
    const place = this.place();
    for await (const _first of place.iam.list()) break;
    if (this.options.endpointType === 'elb') await selectedRegions(this.options, { session: this.session, context: this.context, signal: place.signal });
  }

  async *scan({ resumeAfter, signal }: ScanRequest): AsyncGenerator<Finding> {
    const place = new AwsPlace(this.options, this.scanning, AbortSignal.any([this.context.signal, signal]));
    // Without it each part would fail on its own, and none of them says why.
    await callAws('assume the role', place.signal, () => this.scanning.config().credentials());
    yield* scanAccount(place, this.context, resumeAfter);
  }

  endpoint(endpoint: FoundEndpoint): Promise<FoundEndpoint | null> {
    const place = this.place();
    const kind = kindOf(endpoint);
    switch (kind) {
      case 'elb':
        return new ClassicLoadBalancers(place, regionOf(endpoint)).endpoint(endpoint);
      case 'elbv2':
        return new LoadBalancers(place, regionOf(endpoint)).endpoint(endpoint);
      case 'cloudfront':
        return new Distributions(place).endpoint(endpoint);
      default:
        return assertNever(kind);
    }
  }

  async updateEndpoint(endpoint: FoundEndpoint, certificates: { from: StoredCertificate; to: StoredCertificate }): Promise<void> {
    const place = this.place();
    const kind = kindOf(endpoint);
    const change = await changeOf(place, certificates);
    switch (kind) {
      case 'elb':
        return new ClassicLoadBalancers(place, regionOf(endpoint)).point(endpoint, change);
      case 'elbv2':
        return pointListener(place, new LoadBalancers(place, regionOf(endpoint)), endpoint, change);
      case 'cloudfront':
        return new Distributions(place).point(endpoint, change);
      default:
        return assertNever(kind);
    }
  }

  /** What is called the same and is another certificate stays. */
  async remove({ name, externalId, fingerprint }: StoredCertificate): Promise<void> {
    const place = this.place();
    const arn = parseCertificateArn(externalId);
    if (arn?.registry === 'acm') {
      const acm = place.acm(arn.region);
      if ((await acm.read(arn.arn))?.fingerprint === fingerprint) await acm.delete(arn.arn);
      return;
    }
    const called = arn === null ? serverCertificateName(name) : arn.name;
    if ((await place.iam.read(called))?.fingerprint === fingerprint) await place.iam.delete(called);
  }

  close(): Promise<void> {
    this.session.close();
    this.scanning.close();
    return Promise.resolve();
  }

  private place(): AwsPlace {
    return new AwsPlace(this.options, this.session, AbortSignal.any([this.context.signal]));
  }
}

function kindOf({ type, name }: FoundEndpoint): 'elb' | 'elbv2' | 'cloudfront' {
  if (type === 'elb' || type === 'elbv2' || type === 'cloudfront') return type;
  throw new AppError('failed_precondition', `endpoint "${name}" is of type "${type}", which is none of AWS`, { reason: 'aws.unknown_endpoint' });
}

/** `name.REGION.elb.amazonaws.com`, for network load balancers `name.elb.REGION.amazonaws.com`. */
function regionOf({ name, dnsName, externalId, scope }: FoundEndpoint): string {
  const region =
    /^arn:aws[a-z-]*:elasticloadbalancing:([a-z0-9-]+):/.exec(externalId ?? '')?.[1] ?? (scope !== undefined && scope !== '' ? scope : undefined) ?? /\.([a-z0-9-]+)\.elb\.amazonaws\.com/.exec(dnsName)?.[1] ?? /\.elb\.([a-z0-9-]+)\.amazonaws\.com/.exec(dnsName)?.[1];
  if (region !== undefined) return region;
  throw new AppError('failed_precondition', `nothing tells the region of endpoint "${name}"`, { reason: 'aws.unknown_region' });
}
