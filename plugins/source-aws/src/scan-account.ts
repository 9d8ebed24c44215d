import { inParallel, isAwsFault, merged, selectedRegions, type AwsSession } from '@sifaka/aws';
import type { IamCertificate, IamEntry } from '@sifaka/aws/iam';
import { toAppError, type AppError } from '@sifaka/kernel';
import type { Finding, FoundEndpoint, PluginContext, SourceFault } from '@sifaka/plugin-sdk';
import type { AwsPlace } from './aws-place.js';
import { ClassicLoadBalancers } from './classic-load-balancers.js';
import { Distributions, distributionScope } from './distributions.js';
import { LoadBalancers } from './load-balancers.js';

/** Regions are asked at the same time, and in each some load balancers: enough to be quick, few enough for the limits of AWS. */
const regionsUnderWay = 4;
const certificatesUnderWay = 5;

const certificateScope = 'iam';

/** What can fail alone, and is not seen again when a run goes on behind it. */
interface Part {
  /** Without commas. Also the scope of what it finds. */
  name: string;
  what: string;
  findings: () => AsyncIterable<Finding>;
}

interface Outcome {
  hasSucceeded: boolean;
  faults: { fault: SourceFault; error: AppError }[];
}

/**
 * Certificates of IAM, then endpoints region by region.
 *
 * @param resumeAfter names of the parts that are done, with commas between
 * @throws AppError when no part could be read
 */
export async function* scanAccount(place: AwsPlace, context: PluginContext, resumeAfter: string | null): AsyncGenerator<Finding> {
  const done = new Set((resumeAfter ?? '').split(',').filter((name) => name !== ''));
  const outcome: Outcome = { hasSucceeded: done.size > 0, faults: [] };
  const certificates: Part = { name: certificateScope, what: 'server certificates of IAM', findings: () => iamCertificates(place, context) };
  yield* readParts([certificates], done, place, outcome);
  yield* readParts(await endpointParts(place, context, outcome), done, place, outcome);
  const [first] = outcome.faults;
  if (first !== undefined && !outcome.hasSucceeded) throw first.error;
  for (const { fault } of outcome.faults) yield { kind: 'fault', fault };
}

async function* readParts(parts: readonly Part[], done: Set<string>, place: AwsPlace, outcome: Outcome): AsyncGenerator<Finding> {
  const streams = parts.filter(({ name }) => !done.has(name)).map((part) => readPart(part, done, place, outcome));
  yield* merged(streams, regionsUnderWay);
}

async function* readPart({ name, what, findings }: Part, done: Set<string>, place: AwsPlace, outcome: Outcome): AsyncGenerator<Finding> {
  try {
    yield* findings();
  } catch (error) {
    const fault = toAppError(error);
    if (place.signal.aborted) throw fault;
    outcome.faults.push({ error: fault, fault: { what, reason: fault.message, hides: { scope: name } } });
    return;
  }
  outcome.hasSucceeded = true;
  done.add(name);
  yield { kind: 'checkpoint', cursor: [...done].join(',') };
}

async function endpointParts(place: AwsPlace, context: PluginContext, outcome: Outcome): Promise<Part[]> {
  const { options, session } = place;
  if (options.endpointType === 'none') return [];
  if (options.endpointType === 'cloudfront') return [{ name: distributionScope, what: 'distributions of CloudFront', findings: () => asFindings(new Distributions(place).endpoints()) }];
  const regions = await regionsOrFault(place, context, session, outcome);
  return regions.map((region) => ({ name: region, what: `load balancers in ${region}`, findings: () => balancersOf(place, region) }));
}

/** Without the list of regions nobody knows what was not looked at. */
async function regionsOrFault(place: AwsPlace, context: PluginContext, session: AwsSession, outcome: Outcome): Promise<string[]> {
  try {
    return await selectedRegions(place.options, { session, context, signal: place.signal });
  } catch (error) {
    const fault = toAppError(error);
    if (place.signal.aborted) throw fault;
    outcome.faults.push({ error: fault, fault: { what: 'regions of the account', reason: fault.message, hides: 'everything' } });
    return [];
  }
}

async function* balancersOf(place: AwsPlace, region: string): AsyncGenerator<Finding> {
  yield* asFindings(new ClassicLoadBalancers(place, region).endpoints());
  yield* asFindings(new LoadBalancers(place, region).endpoints());
}

async function* asFindings(endpoints: AsyncIterable<FoundEndpoint>): AsyncGenerator<Finding> {
  for await (const endpoint of endpoints) yield { kind: 'endpoint', endpoint };
}

async function* iamCertificates(place: AwsPlace, context: PluginContext): AsyncGenerator<Finding> {
  const tags = new TagFilter(place, context);
  const look = (entry: IamEntry) => certificateFinding(place, tags, entry);
  for await (const finding of inParallel(entriesBelow(place), certificatesUnderWay, look)) if (finding !== null) yield finding;
}

async function* entriesBelow(place: AwsPlace): AsyncGenerator<IamEntry> {
  for await (const entry of place.iam.list()) if (entry.path === place.options.path) yield entry;
}

/** Null: it is gone, or passed over. */
async function certificateFinding(place: AwsPlace, tags: TagFilter, { name, arn }: IamEntry): Promise<Finding | null> {
  try {
    const found = await place.iam.read(name);
    if (found === null || (await tags.passesOver(found))) return null;
    place.keep(arn, Promise.resolve(found));
    return { kind: 'certificate', certificate: { certificateDer: found.certificateDer, chainDer: found.chainDer, name, externalId: arn, owner: null, description: null, scope: certificateScope } };
  } catch (error) {
    const fault = toAppError(error);
    if (place.signal.aborted || fault.code === 'rate_limited') throw fault;
    // One that cannot be read is not gone; content that is no certificate was never there.
    const hides = isAwsFault(fault, 'no_certificate') ? ('nothing' as const) : { scope: certificateScope };
    return { kind: 'fault', fault: { what: `server certificate "${name}"`, reason: fault.message, hides } };
  }
}

/** Certificates that carry a tag of those that are passed over. Where tags cannot be read, nothing is. */
class TagFilter {
  private areReadable = true;

  constructor(
    private readonly place: AwsPlace,
    private readonly context: PluginContext,
  ) {}

  async passesOver({ name, tags }: IamCertificate): Promise<boolean> {
    const ignored = this.place.ignoredTags.iam;
    if (ignored.size === 0) return false;
    const keys = tags.length > 0 ? tags : await this.read(name);
    return keys.some((key) => ignored.has(key));
  }

  private async read(name: string): Promise<string[]> {
    if (!this.areReadable) return [];
    try {
      return await this.place.iam.tags(name);
    } catch (error) {
      const fault = toAppError(error);
      if (this.place.signal.aborted) throw fault;
      // A missing right or call is missing for all of them; what comes and goes is not.
      if (fault.code === 'permission_denied' || fault.code === 'upstream_failed') this.areReadable = false;
      this.context.logger.warn('tags of a server certificate cannot be read: it is not passed over', { name, because: fault.message });
      return [];
    }
  }
}
