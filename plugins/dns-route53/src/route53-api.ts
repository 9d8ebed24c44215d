import {
  ChangeResourceRecordSetsCommand,
  ListHostedZonesCommand,
  ListResourceRecordSetsCommand,
  Route53Client,
  type ListHostedZonesCommandOutput,
  type ListResourceRecordSetsCommandOutput,
  type ResourceRecordSet,
} from '@aws-sdk/client-route-53';
import { awsFault, AwsSession } from '@sifaka/aws';
import { AppError, isAppError } from '@sifaka/kernel';
import { dnsName, quoteTxt, unquoteTxt, type PluginContext, type TxtSet, type TxtSetApi, type TxtSetChange } from '@sifaka/plugin-sdk';
import type { Route53Options } from './options.js';

export interface Zone {
  /** As `/hostedzone/Z…`. */
  id: string;
  name: string;
}

/** As it has to be named to be deleted. */
export interface Route53TxtSet extends TxtSet {
  set: ResourceRecordSet;
}

const zonesPerPage = 100;
/** A bound on what one account can make us read. */
const maxPages = 200;

/** The part of Route 53's API 2013-04-01 that challenges need. */
export class Route53Api implements TxtSetApi<Zone, Route53TxtSet> {
  private readonly session: AwsSession;
  private opened: Route53Client | null = null;

  constructor(
    options: Route53Options,
    private readonly context: PluginContext,
  ) {
    this.session = new AwsSession(options, options.account_id, context);
  }

  /** Public zones; private ones answer no certificate authority. */
  async zones(): Promise<Zone[]> {
    const zones: Zone[] = [];
    let marker: string | undefined;
    for (let page = 0; page < maxPages; page++) {
      const answer: ListHostedZonesCommandOutput = await this.call('list the hosted zones', (client, signal) =>
        client.send(new ListHostedZonesCommand({ MaxItems: zonesPerPage, ...(marker !== undefined && { Marker: marker }) }), { abortSignal: signal }),
      );
      if (answer.IsTruncated === undefined) throw unexpected('ListHostedZones');
      for (const { Id: id, Name: name, Config: config } of answer.HostedZones ?? []) if (id !== undefined && name !== undefined && config?.PrivateZone !== true) zones.push({ id, name: dnsName(name) });
      if (!answer.IsTruncated) return zones;
      marker = answer.NextMarker;
    }
    throw new AppError('failed_precondition', `the account has more than ${maxPages * zonesPerPage} hosted zones: give an account with fewer`);
  }

  async read({ id, name: zone }: Zone, name: string): Promise<Route53TxtSet | null> {
    const answer: ListResourceRecordSetsCommandOutput = await this.call(`read the TXT records of "${name}" in ${zone}`, (client, signal) =>
      client.send(new ListResourceRecordSetsCommand({ HostedZoneId: id, StartRecordName: `${name}.`, StartRecordType: 'TXT', MaxItems: 1 }), { abortSignal: signal }),
    );
    if (answer.IsTruncated === undefined) throw unexpected('ListResourceRecordSets');
    const set = answer.ResourceRecordSets?.find((each) => each.Type === 'TXT' && dnsName(each.Name ?? '') === name);
    if (set === undefined) return null;
    if (set.SetIdentifier !== undefined) throw new AppError('failed_precondition', `the TXT records of "${name}" in ${zone} have a routing policy ("${set.SetIdentifier}"): they cannot be changed here`, { reason: 'route53.routing_policy' });
    return { set, ttlSeconds: set.TTL ?? 0, values: textsOf(set) };
  }

  /** A set is deleted exactly as it was read, which AWS refuses when it is another one meanwhile. */
  async write({ id, name: zone }: Zone, name: string, { before, values, ttlSeconds }: TxtSetChange<Route53TxtSet>): Promise<void> {
    if (values.length === 0 && before === null) return;
    const kept = (before?.set.ResourceRecords ?? []).filter(({ Value }) => values.includes(unquoteTxt(Value ?? '')));
    const present = new Set(kept.map(({ Value }) => unquoteTxt(Value ?? '')));
    const records = [...kept, ...values.filter((value) => !present.has(value)).map((value) => ({ Value: quoteTxt(value) }))];
    const change =
      values.length === 0 && before !== null
        ? ({ Action: 'DELETE', ResourceRecordSet: before.set } as const)
        : ({ Action: 'UPSERT', ResourceRecordSet: { Name: `${name}.`, Type: 'TXT', TTL: ttlSeconds, ResourceRecords: records } } as const);
    await this.call(`change the TXT records of "${name}" in ${zone}`, (client, signal) =>
      client.send(new ChangeResourceRecordSetsCommand({ HostedZoneId: id, ChangeBatch: { Changes: [change] } }), { abortSignal: signal }),
    ).catch((error: unknown) => {
      throw change.Action === 'DELETE' && isAppError(error) && error.reason === 'aws.InvalidChangeBatch' ? new AppError('conflict', error.message) : error;
    });
  }

  async close(): Promise<void> {
    this.opened?.destroy();
    this.opened = null;
    this.session.close();
  }

  /** The SDK repeats what is throttled, and changes of a zone that is being changed. */
  private async call<Answer>(what: string, send: (client: Route53Client, signal: AbortSignal) => Promise<Answer>): Promise<Answer> {
    try {
      return await this.untilStop((signal) => send(this.client(), signal));
    } catch (error) {
      throw awsFault(what, error);
    }
  }

  /** The session asks for credentials on its own, out of reach of the signal. */
  private async untilStop<Answer>(work: (signal: AbortSignal) => Promise<Answer>): Promise<Answer> {
    const { signal } = this.context;
    const stopped = () => new AppError('unavailable', 'the call to AWS was given up because the service stops');
    if (signal.aborted) throw stopped();
    let stop: (() => void) | undefined;
    const end = new Promise<never>((_resolve, reject) => {
      stop = () => reject(stopped());
      signal.addEventListener('abort', stop, { once: true });
    });
    try {
      return await Promise.race([end, work(signal)]);
    } finally {
      if (stop !== undefined) signal.removeEventListener('abort', stop);
    }
  }

  private client(): Route53Client {
    this.opened ??= new Route53Client(this.session.config());
    return this.opened;
  }
}

const textsOf = ({ ResourceRecords: records }: ResourceRecordSet): string[] => (records ?? []).map(({ Value }) => unquoteTxt(Value ?? ''));

const unexpected = (operation: string): AppError => new AppError('upstream_failed', `AWS answered ${operation} in a form that is not its API's: is the endpoint right?`, { reason: 'aws.unexpected_answer' });
