import {
  CloudFrontClient,
  GetDistributionConfigCommand,
  ListDistributionsCommand,
  ListTagsForResourceCommand,
  UpdateDistributionCommand,
  type DistributionConfig,
  type DistributionSummary,
  type ListDistributionsCommandOutput,
  type ViewerCertificate,
} from '@aws-sdk/client-cloudfront';
import { callAws, inParallel, isAwsFault } from '@sifaka/aws';
import { AppError } from '@sifaka/kernel';
import type { FoundEndpoint } from '@sifaka/plugin-sdk';
import type { AwsPlace } from './aws-place.js';
import { presentsAnother, type Change } from './change.js';
import { endpointCertificates, plainEndpoint, registryOf } from './presented.js';

const perPage = 100;
/** A bound on what one account can make us read. */
const maxPages = 200;
const underWay = 4;

/** Distributions are of no region. */
export const distributionScope = 'cloudfront';

/** Distributions of CloudFront that present a certificate of IAM or ACM. */
export class Distributions {
  private readonly client: CloudFrontClient;
  private iamArns: Promise<ReadonlyMap<string, string>> | null = null;

  constructor(private readonly place: AwsPlace) {
    this.client = new CloudFrontClient(place.session.config());
  }

  async *endpoints(): AsyncGenerator<FoundEndpoint> {
    for await (const page of this.pages()) {
      const serving = page.filter(({ ViewerCertificate: viewer }) => certificateOf(viewer) !== null);
      for await (const endpoint of inParallel(serving, underWay, async (each) => ((await this.isIgnored(each)) ? null : this.endpointOf(each)))) if (endpoint !== null) yield endpoint;
    }
  }

  async endpoint(found: FoundEndpoint): Promise<FoundEndpoint | null> {
    const read = await this.read(found.externalId ?? found.name);
    if (read === null || certificateOf(read.config.ViewerCertificate) === null) return null;
    return this.endpointOf({ Id: found.externalId ?? found.name, DomainName: found.dnsName, Aliases: read.config.Aliases, ViewerCertificate: read.config.ViewerCertificate });
  }

  /** Whoever changes the distribution at the same moment wins, once: then it is read again. */
  async point(endpoint: FoundEndpoint, change: Change): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      try {
        await this.pointOnce(endpoint, change);
        return;
      } catch (error) {
        if (!isAwsFault(error, 'PreconditionFailed', 'InvalidIfMatchVersion', '412')) throw error;
        if (attempt === 2) throw new AppError('conflict', `the distribution ${endpoint.name} is being changed by somebody else: ${error.message}`, { reason: 'aws.PreconditionFailed', cause: error });
      }
    }
  }

  private async pointOnce({ externalId, name }: FoundEndpoint, change: Change): Promise<void> {
    const id = externalId ?? name;
    const read = await this.read(id);
    if (read === null) throw new AppError('not_found', `there is no distribution ${id} any more`);
    const viewer = read.config.ViewerCertificate;
    const presented = certificateOf(viewer);
    if (presented === null) throw new AppError('failed_precondition', `the distribution ${id} presents the certificate of CloudFront itself`, { reason: 'aws.default_certificate' });
    const arn = await this.arnOf(presented);
    if (arn === change.to.arn) return;
    if (!(await change.isFrom(arn))) throw presentsAnother(`the distribution ${id}`, change);
    const next = { ...read.config, ViewerCertificate: await this.viewerWith(viewer, change) };
    await callAws(`set the certificate of the distribution ${id}`, this.place.signal, (abortSignal) =>
      this.client.send(new UpdateDistributionCommand({ Id: id, IfMatch: read.etag, DistributionConfig: next }), { abortSignal }),
    );
  }

  /** The older names of the same things would contradict the new ones. */
  private async viewerWith(viewer: ViewerCertificate | undefined, { to }: Change): Promise<ViewerCertificate> {
    const { SSLSupportMethod, MinimumProtocolVersion } = viewer ?? {};
    const kept = { SSLSupportMethod, MinimumProtocolVersion };
    if (to.registry === 'acm') return { ...kept, CloudFrontDefaultCertificate: false, ACMCertificateArn: to.arn };
    const found = await this.place.iam.read(to.name);
    if (found === null) throw new AppError('failed_precondition', `the server certificate "${to.name}" is gone`, { reason: 'aws.certificate_not_held' });
    return { ...kept, CloudFrontDefaultCertificate: false, IAMCertificateId: found.id };
  }

  private async *pages(): AsyncGenerator<DistributionSummary[]> {
    let marker: string | undefined;
    for (let page = 0; page < maxPages; page++) {
      const { DistributionList: list }: ListDistributionsCommandOutput = await callAws('list the distributions', this.place.signal, (abortSignal) =>
        this.client.send(new ListDistributionsCommand({ MaxItems: perPage, ...(marker !== undefined && { Marker: marker }) }), { abortSignal }),
      );
      yield list?.Items ?? [];
      marker = list?.NextMarker;
      if (list?.IsTruncated !== true || marker === undefined || marker === '') return;
    }
    throw new AppError('failed_precondition', `the account has more than ${maxPages * perPage} distributions`);
  }

  private async read(id: string): Promise<{ config: DistributionConfig; etag: string | undefined } | null> {
    try {
      const { DistributionConfig: config, ETag: etag } = await callAws(`read the distribution ${id}`, this.place.signal, (abortSignal) => this.client.send(new GetDistributionConfigCommand({ Id: id }), { abortSignal }));
      return config === undefined ? null : { config, etag };
    } catch (error) {
      if (isAwsFault(error, 'NoSuchDistribution')) return null;
      throw error;
    }
  }

  /** Where tags cannot be read, nothing is passed over. */
  private async isIgnored({ ARN: arn }: DistributionSummary): Promise<boolean> {
    const ignored = this.place.ignoredTags.cloudfront;
    if (ignored.size === 0 || arn === undefined) return false;
    try {
      const { Tags: tags } = await callAws(`read the tags of ${arn}`, this.place.signal, (abortSignal) => this.client.send(new ListTagsForResourceCommand({ Resource: arn }), { abortSignal }));
      return (tags?.Items ?? []).some(({ Key: key }) => key !== undefined && ignored.has(key));
    } catch (error) {
      if (this.place.signal.aborted) throw error;
      return false;
    }
  }

  private async endpointOf({ Id: id, DomainName: dnsName, Aliases: aliases, ViewerCertificate: viewer }: Pick<DistributionSummary, 'Id' | 'DomainName' | 'ViewerCertificate'> & Pick<DistributionConfig, 'Aliases'>): Promise<FoundEndpoint | null> {
    const presented = certificateOf(viewer);
    if (presented === null || id === undefined || dnsName === undefined) return null;
    const certificates = await endpointCertificates(this.place, [{ arn: await this.arnOf(presented), isDefault: true }]);
    const protocol = viewer?.MinimumProtocolVersion;
    return {
      ...plainEndpoint,
      ...registryOf(certificates),
      name: id,
      dnsName,
      port: 443,
      type: 'cloudfront',
      externalId: id,
      aliases: aliases?.Items ?? [],
      certificates,
      policy: protocol === undefined ? null : { name: `cloudfront-${protocol}`, ciphers: ciphersOf(protocol) },
      scope: distributionScope,
    };
  }

  /** Distributions name certificates of IAM by ids of their own; one that is gone keeps its id. */
  private async arnOf({ iamId, acmArn }: DistributionCertificate): Promise<string> {
    if (acmArn !== null) return acmArn;
    this.iamArns ??= this.readIamArns();
    return (await this.iamArns).get(iamId) ?? iamId;
  }

  private async readIamArns(): Promise<ReadonlyMap<string, string>> {
    const found = new Map<string, string>();
    for await (const { id, arn } of this.place.iam.list()) found.set(id, arn);
    return found;
  }
}

type DistributionCertificate = { iamId: string; acmArn: null } | { iamId: null; acmArn: string };

/** Null: its own certificate of CloudFront. */
function certificateOf(viewer: ViewerCertificate | undefined): DistributionCertificate | null {
  if (viewer?.ACMCertificateArn !== undefined && viewer.ACMCertificateArn !== '') return { iamId: null, acmArn: viewer.ACMCertificateArn };
  return viewer?.IAMCertificateId !== undefined && viewer.IAMCertificateId !== '' ? { iamId: viewer.IAMCertificateId, acmArn: null } : null;
}

/** The lowest protocol is all that CloudFront says; where it lets old ones in, they are named as load balancers name them. */
function ciphersOf(protocol: string): string[] {
  if (protocol === 'SSLv3') return [protocol, 'Protocol-SSLv3', 'Protocol-TLSv1'];
  return protocol === 'TLSv1' || protocol === 'TLSv1_2016' ? [protocol, 'Protocol-TLSv1'] : [protocol];
}
