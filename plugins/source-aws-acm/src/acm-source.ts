import { setMaxListeners } from 'node:events';
import { AwsSession, callAws, inParallel, merged, parseCertificateArn, patientRetries, selectedRegions } from '@sifaka/aws';
import { AcmCertificates, type AcmEntry } from '@sifaka/aws/acm';
import { toAppError, type AppError } from '@sifaka/kernel';
import type { Finding, PluginContext, ScanRequest, Source, SourceFault, StoredCertificate } from '@sifaka/plugin-sdk';
import type { AcmSourceOptions } from './options.js';

/** ACM lets an account read ten certificates a second in a region. */
const certificatesUnderWay = 3;
const regionsUnderWay = 4;

interface Failed {
  fault: SourceFault;
  error: AppError;
}

/** Certificates that ACM holds in the regions of one account. It knows no endpoints: what uses ACM is found by the source of load balancers. */
export class AcmSource implements Source {
  /** For questions that somebody waits for. */
  private readonly session: AwsSession;
  private readonly scanning: AwsSession;

  constructor(
    private readonly options: AcmSourceOptions,
    private readonly context: PluginContext,
  ) {
    this.session = new AwsSession(options, options.accountNumber, context);
    this.scanning = new AwsSession(options, options.accountNumber, context, patientRetries);
  }

  async check(): Promise<void> {
    const { signal } = this.context;
    const [region] = await selectedRegions(this.options, { session: this.session, context: this.context, signal });
    if (region === undefined) return;
    for await (const _first of new AcmCertificates(this.session, region, signal).list()) return;
  }

  /** The cursor names the regions that are done, with commas between. */
  async *scan({ resumeAfter, signal: asked }: ScanRequest): AsyncGenerator<Finding> {
    const signal = AbortSignal.any([this.context.signal, asked]);
    // Every call under way listens to it.
    setMaxListeners(0, signal);
    // Without it each region would fail on its own, and none of them says why.
    await callAws('assume the role', signal, () => this.scanning.config().credentials());
    const regions = await selectedRegions(this.options, { session: this.scanning, context: this.context, signal });
    const done = new Set((resumeAfter ?? '').split(',').filter((region) => region !== ''));
    const failed: Failed[] = [];
    const left = regions.filter((region) => !done.has(region));
    yield* merged(left.map((region) => this.region(region, { signal, done, failed })), regionsUnderWay);
    const [first] = failed;
    if (first !== undefined && done.size === 0) throw first.error;
    for (const { fault } of failed) yield { kind: 'fault', fault };
  }

  /** An ARN that holds another certificate by now keeps it. */
  async remove({ externalId, fingerprint }: StoredCertificate): Promise<void> {
    const arn = parseCertificateArn(externalId);
    if (arn?.registry !== 'acm') return;
    const certificates = new AcmCertificates(this.session, arn.region, this.context.signal);
    if ((await certificates.read(arn.arn))?.fingerprint === fingerprint) await certificates.delete(arn.arn);
  }

  close(): Promise<void> {
    this.session.close();
    this.scanning.close();
    return Promise.resolve();
  }

  private async *region(region: string, { signal, done, failed }: { signal: AbortSignal; done: Set<string>; failed: Failed[] }): AsyncGenerator<Finding> {
    const certificates = new AcmCertificates(this.scanning, region, signal);
    try {
      for await (const finding of inParallel(certificates.list(), certificatesUnderWay, (entry) => found(certificates, entry, signal))) if (finding !== null) yield finding;
    } catch (error) {
      const fault = toAppError(error);
      if (signal.aborted) throw fault;
      failed.push({ error: fault, fault: { what: `certificates of ACM in ${region}`, reason: fault.message, hides: { scope: region } } });
      return;
    }
    done.add(region);
    yield { kind: 'checkpoint', cursor: [...done].join(',') };
  }
}

/** Null: it is gone, or there is no certificate yet. */
async function found(certificates: AcmCertificates, { arn, domainName }: AcmEntry, signal: AbortSignal): Promise<Finding | null> {
  try {
    const content = await certificates.read(arn);
    if (content === null) return null;
    const { certificateDer, chainDer } = content;
    return { kind: 'certificate', certificate: { certificateDer, chainDer, name: domainName === '' ? null : domainName, externalId: arn, owner: null, description: null, scope: certificates.region } };
  } catch (error) {
    const fault = toAppError(error);
    if (signal.aborted || fault.code === 'rate_limited') throw fault;
    // One that cannot be read is not gone; content that is no certificate was never there.
    const hides = fault.reason === 'aws.no_certificate' ? ('nothing' as const) : { scope: certificates.region };
    return { kind: 'fault', fault: { what: arn, reason: fault.message, hides } };
  }
}
